"""Who works on a database, across processes: many may use it, one alone may replace it."""

import os
import sys
from pathlib import Path

from sync.errors import DatabaseBusy, DatabaseError


class FolderLock:
    """Held from ``share`` or ``own`` until ``release``; the end of the process, however it ends, releases it too.

    WORKAROUND(Windows has no shared file locks in Python's standard library, until a kiosk is tried there): nothing is
    locked there, and an open database cannot be renamed anyway.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def share(self) -> None:
        """Use what is locked.

        Raises:
            DatabaseBusy: another process is replacing it.
            OSError: the lock file cannot be made.
        """
        self._take(is_alone=False)

    def own(self) -> None:
        """Be the only one.

        Raises:
            DatabaseBusy: another process uses it.
            OSError: the lock file cannot be made.
        """
        self._take(is_alone=True)

    def is_alone(self) -> bool:
        """Whether nobody else holds it at this moment.

        Raises:
            DatabaseBusy: another process took it over meanwhile.
        """
        if sys.platform == "win32" or self._descriptor is None:
            return True
        import fcntl  # noqa: PLC0415 (POSIX only)

        is_alone = True
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_alone = False
        # An exchange that failed gives up what was held before (flock(2)).
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseBusy("another process uses the database") from error
        return is_alone

    def release(self) -> None:
        """Let others in; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, *, is_alone: bool) -> None:
        if sys.platform == "win32":
            return
        import fcntl  # noqa: PLC0415 (POSIX only)

        if self._descriptor is not None:
            raise DatabaseError("the lock is held already")
        flags = os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o600)
        try:
            kind = fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise DatabaseBusy("another process uses the database") from error
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
