"""A file that only takes up room, so that there is some to give back when the disk is full.

At SQLITE_FULL even UPDATE, DELETE and a checkpoint fail (measured): a kiosk could not mark what the centre has signed
for, and never get out of it by itself.
"""

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)

BALLAST_BYTES = 16 * 1024 * 1024
"""Twice the largest WAL (1000 pages) and the pages that it is copied to. Source: docs on disk-full tests, 4 to 10 MB
always sufficed, 1 MB did not once."""


@dataclass(frozen=True, slots=True)
class Ballast:
    """The file."""

    path: Path
    size: int = BALLAST_BYTES

    def is_there(self) -> bool:
        """Whether all of it is on the disk."""
        try:
            status = self.path.stat()
        except OSError:
            return False
        # A sparse file would give nothing back. Windows does not tell; there the size counts.
        allocated = getattr(status, "st_blocks", status.st_size // 512) * 512
        return status.st_size >= self.size and allocated >= self.size

    def keep(self, free: int, reserve: int) -> bool:
        """Make it when it is not there and the disk has room for it and the reserve; whether it is there now.

        Args:
            free: bytes that the disk has.
            reserve: bytes that must stay free.
        """
        if self.is_there():
            return True
        if free < reserve + self.size:
            return False
        try:
            self._make()
        except OSError as error:
            _log.warning("no ballast: %s", error.strerror)
            self.free()
            return False
        return True

    def free(self) -> bool:
        """Give the room back; whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        _log.warning("the disk is full: ballast given up")
        return True

    def _make(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags, 0o600)
        with contextlib.closing(open(descriptor, "r+b", buffering=0)) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, self.size)
            else:
                for _ in range(self.size // (1024 * 1024)):
                    file.write(bytes(1024 * 1024))
            os.fsync(file.fileno())
