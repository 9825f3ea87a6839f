"""A short-lived private folder for sounds that may hold a name: in memory where there is such a place."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "xianglin-voice-"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  only ever a 0700 folder of our own inside it
_LONGEST_USE_S = 3600.0
"""Where the owner cannot be asked: a folder younger than this may belong to a second program that runs."""


def scratch_root() -> Path:
    """Return shared memory if it can be written, else the temporary folder."""
    if _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK | os.X_OK):
        return _SHARED_MEMORY
    return Path(tempfile.gettempdir())


@contextlib.contextmanager
def scratch_folder(root: Path | None = None) -> Iterator[Path]:
    """Give a new folder that only this user can read and that is gone afterwards.

    Raises:
        OSError: no folder can be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=root or scratch_root()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(root: Path | None = None) -> int:
    """Remove the folders that a killed kiosk left; return how many.

    Those of running processes stay; on Windows, where nobody can be asked, all younger than an hour.
    """
    removed = 0
    with contextlib.suppress(OSError):
        for folder in (root or scratch_root()).glob(f"{_PREFIX}*-*"):
            if _is_left_over(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed += not folder.exists()
    return removed


def _is_left_over(folder: Path) -> bool:
    owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
    if not owner.isdecimal() or folder.is_symlink():
        return False
    if os.name == "nt":  # there os.kill would end the process instead of asking
        return int(owner) != os.getpid() and _age_s(folder) > _LONGEST_USE_S
    return not _is_running(int(owner))


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # its owner has just removed it


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
