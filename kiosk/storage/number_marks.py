"""The last numbers that were given, written beside the database after each commit, without waiting for the disk.

A database that knows less than its marks has lost something that was promised: a WAL that somebody deleted, or one in
whose middle a sector went bad, which SQLite takes for its end. The marks cost one small write for each request.
"""

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from sync.safe_file import replace_file

_LAYOUT = struct.Struct(">4sBQQ")
_CODE = struct.Struct(">I")
_MAGIC = b"XLM1"
_CAN_STAY_OPEN = os.name == "posix"
"""Elsewhere an open file can be neither replaced nor deleted."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What was given out."""

    is_open: bool
    """Whether a kiosk is at work: then there must be a WAL."""
    seq: int
    receipt: int


@dataclass(slots=True)
class MarksFile:
    """The file; always of the same size, so that it can be written on a full disk too."""

    path: Path
    _descriptor: int | None = None
    """Kept open from the first write on where that hinders nobody, because every request writes."""

    def read(self) -> Marks | None:
        """What it says; None when there is none or it was cut off while it was written."""
        try:
            with self.path.open("rb") as file:
                data = file.read(_LAYOUT.size + _CODE.size + 1)
            magic, is_open, seq, receipt = _LAYOUT.unpack(data[: _LAYOUT.size])
            (code,) = _CODE.unpack(data[_LAYOUT.size :])
        except (OSError, struct.error):
            return None
        if magic != _MAGIC or code != zlib.crc32(data[: _LAYOUT.size]):
            return None
        return Marks(bool(is_open), seq, receipt)

    def replace(self, marks: Marks) -> None:
        """Make it, or make it anew; on the disk when this returns.

        Raises:
            OSError: it cannot be written.
        """
        replace_file(self.path, _bytes(marks))

    def write(self, marks: Marks, *, is_durable: bool) -> None:
        """Write over what is there.

        Args:
            is_durable: wait for the disk.
        Raises:
            OSError: it is not there, or cannot be written.
        """
        descriptor = self._open()
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, _bytes(marks))
            if is_durable:
                os.fsync(descriptor)
        finally:
            if not _CAN_STAY_OPEN:
                self.close()

    def close(self) -> None:
        """Let go of the file; the next write opens it again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _open(self) -> int:
        if self._descriptor is not None and os.fstat(self._descriptor).st_nlink == 0:
            # Replaced or deleted by somebody: what is open has no name any more.
            self.close()
        if self._descriptor is None:
            flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            self._descriptor = os.open(self.path, flags)
        return self._descriptor


def _bytes(marks: Marks) -> bytes:
    data = _LAYOUT.pack(_MAGIC, int(marks.is_open), marks.seq, marks.receipt)
    return data + _CODE.pack(zlib.crc32(data))
