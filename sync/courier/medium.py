"""A folder that strangers may have written to, on a medium that may be pulled out at any moment.

Nothing there is believed and nothing of others is touched: names are ours or passed over, links are never followed,
what is read is bounded, what is written is whole or not there.
"""

import contextlib
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sync.courier.errors import (
    MediumDamaged,
    MediumError,
    MediumGone,
    MediumUnusable,
    medium_error,
)
from sync.safe_file import fsync_directory

MAXIMUM_NAMES = 10_000
"""Names that are looked at in one folder; ours hold some dozens."""
PIECE_BYTES = 256 * 1024

_NAME = re.compile(r"\.?[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# A pipe in the place of a file would else hold the reader for ever.
_READ_FLAGS = os.O_RDONLY | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | getattr(os, "O_BINARY", 0)

Progress = Callable[[int], None]
"""Told how many more bytes were written or read."""


def _silent(_count: int) -> None: ...


@contextlib.contextmanager
def medium_errors() -> Iterator[None]:
    """Translate the operating system's errors at the medium's edge.

    Raises:
        MediumFull, MediumGone, MediumReadOnly, MediumUnusable, MediumError.
    """
    try:
        yield
    except OSError as error:
        raise medium_error(error) from error


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a file holds."""

    size: int
    sha256: str
    """64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A real folder, reached without following a link below the place that staff named.

    Every method raises ``MediumError`` and its leaves.
    """

    path: Path

    @classmethod
    def at(cls, path: Path) -> "Folder":
        """The place that staff named; it may be a link of theirs, such as ``/media/usb``.

        Raises:
            MediumUnusable: there is none, or it is no folder.
        """
        try:
            resolved = path.resolve(strict=True)
            if not resolved.is_dir():
                raise MediumUnusable("not a folder")
        except FileNotFoundError as error:
            raise MediumUnusable("there is no such folder") from error
        except OSError as error:
            raise medium_error(error) from error
        except RuntimeError as error:  # a circle of links, before Python 3.13
            raise MediumUnusable("a circle of links") from error
        return cls(resolved)

    def child(self, name: str) -> "Folder | None":
        """A folder in this one; None when there is none.

        Raises:
            MediumUnusable: a link or something else stands there.
        """
        with medium_errors():
            try:
                found = os.lstat(self._place(name))
            except FileNotFoundError:
                self._assert_there()
                return None
        if not stat.S_ISDIR(found.st_mode):
            raise MediumUnusable(f"{name} is not a folder")
        return Folder(self._place(name))

    def has(self, name: str) -> bool:
        """Whether anything of that name is here, be it a link to nowhere."""
        with medium_errors():
            return os.path.lexists(self._place(name))

    def make_child(self, name: str) -> "Folder":
        """The same, made and on the disk when it was not there."""
        found = self.child(name)
        if found is not None:
            return found
        with medium_errors():
            self._place(name).mkdir(mode=0o700)
            fsync_directory(self.path)
        return Folder(self._place(name))

    def names(self) -> list[str]:
        """Names that could be ours, sorted; a folder of very many names is read to a limit."""
        found: list[str] = []
        with medium_errors(), os.scandir(self.path) as entries:
            for count, entry in enumerate(entries):
                if count >= MAXIMUM_NAMES:
                    break
                if _NAME.fullmatch(entry.name):
                    found.append(entry.name)
        return sorted(found)

    def read_small(self, name: str, maximum_bytes: int) -> bytes | None:
        """A whole small file; None when there is none, or it is larger than it may be.

        Raises:
            MediumUnusable: a link or something else stands there.
        """
        try:
            with self.open_to_read(name) as file, medium_errors():
                data = file.read(maximum_bytes + 1)
        except FileNotFoundError:
            return None
        return data if len(data) <= maximum_bytes else None

    @contextlib.contextmanager
    def open_to_read(self, name: str) -> Iterator[BinaryIO]:
        """Open a plain file for reading, past the cache where that can be asked for.

        Raises:
            FileNotFoundError: there is none, in a folder that is still there.
            MediumUnusable: a link, a pipe or a device stands there.
        """
        with medium_errors():
            try:
                descriptor = os.open(self._place(name), _READ_FLAGS)
            except FileNotFoundError:
                self._assert_there()
                descriptor = -1
        if descriptor < 0:
            raise FileNotFoundError(name)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise MediumUnusable(f"{name} is not a file")
        with open(descriptor, "rb", buffering=0) as file:
            drop_from_cache(descriptor)
            yield file

    def digest(self, name: str, expected_size: int, progress: Progress = _silent) -> FileDigest:
        """Read a file again from the medium; a file of another size than expected is not read.

        Raises:
            FileNotFoundError: there is none.
        """
        hasher = hashlib.sha256()
        size = 0
        with self.open_to_read(name) as file, medium_errors():
            announced = os.fstat(file.fileno()).st_size
            if announced != expected_size:
                return FileDigest(announced, "")
            while piece := file.read(PIECE_BYTES):
                size += len(piece)
                if size > expected_size:
                    return FileDigest(size, "")
                hasher.update(piece)
                progress(len(piece))
        return FileDigest(size, hasher.hexdigest())

    def write_new(
        self, name: str, pieces: Iterable[bytes], progress: Progress = _silent
    ) -> FileDigest:
        """Write a file that is not there yet, mode 0600; on the medium, as far as it tells, when this returns."""
        hasher = hashlib.sha256()
        size = 0
        with medium_errors():
            descriptor = os.open(self._place(name), _WRITE_FLAGS, 0o600)
            with open(descriptor, "wb", buffering=0) as file:
                for piece in pieces:
                    write_all(file, piece)
                    size += len(piece)
                    hasher.update(piece)
                    progress(len(piece))
                os.fsync(descriptor)
                drop_from_cache(descriptor)
        return FileDigest(size, hasher.hexdigest())

    def replace(self, name: str, content: bytes) -> None:
        """Write or replace a small file in one step, read back before the old one goes.

        Raises:
            MediumDamaged: what was read back is not what was written; the old file stands.
        """
        part = f".{name}.tmp"
        # Ours alone: an earlier attempt that was cut off.
        self.remove_file(part)
        try:
            written = self.write_new(part, [content])
            self.verify(part, written)
            with medium_errors():
                # A folder or link of that name makes this fail; it is never followed or emptied.
                os.replace(self._place(part), self._place(name))
                self.sync()
        except BaseException:
            self.try_to_remove_file(part)
            raise

    def verify(self, name: str, written: FileDigest, progress: Progress = _silent) -> None:
        """Open a file anew, read all of it, and compare.

        Raises:
            MediumDamaged: it is not what was written.
        """
        try:
            found = self.digest(name, written.size, progress)
        except FileNotFoundError as error:
            raise MediumDamaged("a file is gone that was just written") from error
        if found != written:
            raise MediumDamaged("what was read back is not what was written")

    def rename_child(self, old: str, new: str) -> None:
        """Give a finished folder its name, and make the name durable."""
        with medium_errors():
            os.rename(self._place(old), self._place(new))
            self.sync()

    def remove_file(self, name: str) -> bool:
        """Remove a file of ours; returns whether there was one. A link is removed, never what it names."""
        with medium_errors():
            try:
                os.unlink(self._place(name))
            except FileNotFoundError:
                return False
        return True

    def try_to_remove_file(self, name: str) -> None:
        """The same on the way out of a failure, when the medium may be gone."""
        with contextlib.suppress(MediumError):
            self.remove_file(name)

    def remove_child(self, name: str) -> None:
        """Remove a folder of ours with the files in it; links in it are removed, never followed."""
        if self.child(name) is not None:
            with medium_errors():
                # Its Windows and POSIX versions both refuse to follow links.
                shutil.rmtree(self._place(name))
                self.sync()

    def sync(self) -> None:
        """Make the names in this folder durable."""
        with medium_errors():
            fsync_directory(self.path)

    def free_bytes(self) -> int:
        """What may still be written here."""
        with medium_errors():
            return shutil.disk_usage(self.path).free

    def cluster_bytes(self) -> int:
        """What a file takes at least; 32 KiB on a large FAT32."""
        if not hasattr(os, "statvfs"):
            return 32 * 1024
        with medium_errors():
            return max(4096, os.statvfs(self.path).f_frsize)

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise MediumUnusable("a name that is none of ours")
        return self.path / name

    def _assert_there(self) -> None:
        """Tell a missing file from a missing medium.

        Raises:
            MediumGone: the folder itself is gone.
        """
        try:
            os.lstat(self.path)
        except OSError as error:
            raise MediumGone("the folder is gone") from error


def write_all(file: BinaryIO, data: bytes) -> None:
    """Write every byte; an unbuffered file may take less at a time."""
    view = memoryview(data)
    while view:
        written = file.write(view)
        view = view[written or 0 :]


def drop_from_cache(descriptor: int) -> None:
    """Let the next read come from the medium and not from memory, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
