"""Let one preparation at a time touch ``.venv``; a second one waits and then finds it done."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from _console import Console, TaskError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait_lock(descriptor: int) -> None:
        while True:
            # Waits ten seconds at most and then raises.
            with contextlib.suppress(OSError):
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                return
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _wait_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextlib.contextmanager
def preparation_lock(root: Path, console: Console) -> Iterator[None]:
    """Hold the checkout's lock while the body runs; the system frees it when this process dies.

    Raises:
        TaskError: the checkout cannot be written to.
    """
    folder = root / "build"
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / "prepare.lock").open("a+b")
    except OSError as error:
        raise TaskError(
            f"This checkout cannot be written to ({error.strerror}). Copy it to a folder of your own."
        ) from error
    with file:
        if not _try_lock(file.fileno()):
            with console.step("another preparation is running; waiting for it"):
                _wait_lock(file.fileno())
        yield
