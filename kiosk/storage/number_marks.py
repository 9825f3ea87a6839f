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


@dataclass(frozen=True, slots=True)
class Marks:
    """What was given out."""

    is_open: bool
    """Whether a kiosk is at work: then there must be a WAL."""
    seq: int
    receipt: int


@dataclass(frozen=True, slots=True)
class MarksFile:
    """The file; always of the same size, so that it can be written on a full disk too."""

    path: Path

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
        flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.path, flags)
        try:
            os.write(descriptor, _bytes(marks))
            if is_durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _bytes(marks: Marks) -> bytes:
    data = _LAYOUT.pack(_MAGIC, int(marks.is_open), marks.seq, marks.receipt)
    return data + _CODE.pack(zlib.crc32(data))
