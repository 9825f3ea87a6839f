"""A half-finished download: how much of it is surely on the disk, and of which file it is the beginning."""

import contextlib
import errno
import io
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sync.safe_file import fsync_directory, replace_file

CHECKPOINT_BYTES = 1 << 20
"""Written between two syncs: what a power cut may cost."""
_MAXIMUM_NOTE_BYTES = 16 * 1024
_TEXT_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class PartNote:
    """Whose beginning it is."""

    sha256: str
    """That the whole must have."""
    url: str
    """Where it came from."""
    validator: str
    """The server's own name for this very content: a strong ETag, or else the date; may be empty."""
    durable: int
    """Bytes that were synced."""


class PartFile:
    """The file and its note; the caller holds the lock of the models folder.

    Every method raises ``OSError``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note: PartNote | None = None
        self.size = 0
        """Bytes written."""
        self._note_path = path.with_name(f"{path.name}.json")
        self._file: io.FileIO | None = None

    def open_for(self, sha256: str) -> None:
        """Take up what is there, if it is the beginning of this content; else begin anew."""
        self.note = self._read_note()
        if self.note is None or self.note.sha256 != sha256:
            self.discard()
            return
        try:
            self._open(os.O_RDWR)
        except FileNotFoundError:
            self.discard()
            return
        file = self._opened()
        length = file.seek(0, os.SEEK_END)
        if length < self.note.durable:  # the disk lost what it had promised
            self.discard()
            return
        # What was not synced may be anything after a power cut.
        self.size = file.seek(self.note.durable)
        file.truncate()

    def begin(self, note: PartNote) -> None:
        """Throw away what is there and begin another one."""
        self.discard()
        self._open(os.O_RDWR | os.O_CREAT | os.O_EXCL)
        fsync_directory(self.path.parent)
        self._write_note(note)

    def tail(self, count: int) -> bytes:
        """The last bytes that were written."""
        file = self._opened()
        file.seek(self.size - count)
        return file.read(count)

    def append(self, piece: bytes) -> None:
        """Write on; synced at every checkpoint."""
        file = self._opened()
        file.seek(self.size)
        # Unbuffered, so it may take a part only.
        if file.write(piece) != len(piece):
            raise OSError(errno.ENOSPC, "no room for the whole piece")
        self.size += len(piece)
        if self.note is None or self.size - self.note.durable >= CHECKPOINT_BYTES:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Make sure that everything so far outlives a power cut."""
        if self._file is None or self.note is None or self.size == self.note.durable:
            return
        os.fsync(self._file.fileno())
        note = self.note
        self._write_note(PartNote(note.sha256, note.url, note.validator, self.size))

    def close(self) -> None:
        """Let go of it; it stays on the disk."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def discard(self) -> None:
        """Throw it away."""
        # What could not be written is not missed.
        with contextlib.suppress(OSError):
            self.close()
        self._note_path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self.note, self.size = None, 0

    def _opened(self) -> io.FileIO:
        if self._file is None:
            raise OSError("the part is closed")
        return self._file

    def _open(self, flags: int) -> None:
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        # Unbuffered: a full disk is met where it is caught, not in some later flush.
        self._file = io.FileIO(os.open(self.path, flags, 0o600), "r+")

    def _write_note(self, note: PartNote) -> None:
        replace_file(self._note_path, json.dumps(asdict(note)).encode())
        self.note = note

    def _read_note(self) -> PartNote | None:
        try:
            with self._note_path.open("rb") as file:
                raw = json.loads(file.read(_MAXIMUM_NOTE_BYTES))
            sha256, url, validator = (
                str(raw[key])[:_TEXT_LIMIT] for key in ("sha256", "url", "validator")
            )
            durable = raw["durable"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        is_count = type(durable) is int and durable >= 0
        return PartNote(sha256, url, validator, durable) if is_count else None
