"""One sender for each database, whichever process it is in: the kiosk, ``xianglin sync``, a second kiosk by mistake.

Two at once would lose nothing, because an event's id and bytes are fixed; but they would send everything twice over a
slow link, and a later event of a person could arrive while the other sender still holds the earlier one.
"""

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sync.errors import SenderBusy

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.2
"""While one waits for its turn. The system has no call that waits for a lock with a limit."""

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class SenderLock:
    """A file beside the database, locked while somebody sends; the system frees it when the process dies."""

    def __init__(self, database_path: Path) -> None:
        self.path = database_path.with_name(f"{database_path.name}.sender")

    @contextlib.contextmanager
    def held(
        self, patience_s: float = 0.0, should_stop: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """Be the only sender for the body.

        Args:
            patience_s: how long to wait for another one to end.
            should_stop: asked while waiting.
        Raises:
            SenderBusy: another one is still sending.
        """
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
        except OSError as error:
            # Delivering matters more: two senders are harmless, none is not.
            logger.warning("no lock for sending: %s", error.strerror)
            yield
            return
        try:
            _wait_for(descriptor, patience_s, should_stop)
            yield
        finally:
            os.close(descriptor)


_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


def _wait_for(descriptor: int, patience_s: float, should_stop: Callable[[], bool]) -> None:
    ends = time.monotonic() + patience_s
    pause = threading.Event()
    while not _try_lock(descriptor):
        if should_stop() or time.monotonic() >= ends:
            raise SenderBusy("another process of this device is sending")
        pause.wait(LOOK_AGAIN_S)
