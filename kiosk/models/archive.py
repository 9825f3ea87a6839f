"""Unpacks an archive of models: plain files below one folder, so many and so large, and nothing else.

The archive's own digest is checked before; this holds also for one whose digest an administrator took from a bad page.
"""

import bz2
import hashlib
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from kiosk.models.errors import ModelArchiveRefused
from kiosk.models.manifest import is_safe_path
from sync.safe_file import fsync_directory

MAXIMUM_FILES = 2000
_OVERHEAD_BYTES = 16 << 20
"""What headers and padding of a tar file may take beside its files."""
_PIECE_BYTES = 1 << 18
_UNIX_KIND = 16
"""Bits above which a zip entry keeps its mode."""


def unpack(
    archive: Path,
    kind: str,
    target: Path,
    maximum_bytes: int,
    progress: Callable[[int], None] = lambda _more: None,
) -> tuple[Path, dict[str, str]]:
    """Unpack an archive.

    Args:
        archive: a file.
        kind: ``zip`` or ``tar.bz2``.
        target: an empty folder of ours, on the disk of the models folder.
        maximum_bytes: that all files together may have.
        progress: told how many more bytes were written.
    Returns:
        the folder of the model, which is the archive's single top folder if it has one, and SHA-256 by path below it;
        all of it is on the disk.
    Raises:
        ModelArchiveRefused: damaged, too much, or something that must not be unpacked.
        OSError: of the disk.
    """
    writer = _Writer(target, maximum_bytes, progress)
    with _faults():
        (_unpack_zip if kind == "zip" else _unpack_tar)(archive, writer)
    return writer.finished()


class _Writer:
    """Writes entries below the target; each is looked at by name, kind and size first."""

    def __init__(self, target: Path, maximum_bytes: int, progress: Callable[[int], None]) -> None:
        self._target = target
        self.left = maximum_bytes
        self._progress = progress
        self._digests: dict[str, str] = {}
        self._seen: set[str] = set()
        self._entries = 0

    def count(self) -> None:
        """One more entry, of whatever kind.

        Raises:
            ModelArchiveRefused: there are too many.
        """
        self._entries += 1
        if self._entries > MAXIMUM_FILES:
            raise ModelArchiveRefused("too many entries", entries=MAXIMUM_FILES)

    def takes(self, name: str, size: int) -> str:
        """The path of an entry that is a file; empty for one that is passed over.

        Raises:
            ModelArchiveRefused: it would leave the folder, is there twice, or is too large.
        """
        path = name.removeprefix("./")
        parts = path.split("/")
        if ".." not in parts and any(
            part.startswith(".") or part == "__MACOSX" for part in parts if part
        ):
            return ""  # what a desktop or a repository left there
        if not is_safe_path(path):
            raise ModelArchiveRefused("an unsafe path in the archive", file=ascii(name[:60]))
        if path.casefold() in self._seen:
            raise ModelArchiveRefused("a path that is there twice", file=path)
        if size > self.left:
            raise ModelArchiveRefused("the archive unpacks to more than it may")
        self._seen.add(path.casefold())
        return path

    def write(self, path: str, content: IO[bytes], size: int) -> None:
        """Write one file.

        Raises:
            ModelArchiveRefused: not of the size that it claimed, or a file stands where its folder should be.
            OSError: of the disk.
        """
        place = self._target / path
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(place, _WRITE_FLAGS, 0o600)
        except (FileExistsError, NotADirectoryError) as error:
            raise ModelArchiveRefused("a file in the place of a folder", file=path) from error
        digest, written = hashlib.sha256(), 0
        with open(descriptor, "wb") as file:
            while piece := content.read(_PIECE_BYTES):
                written += len(piece)
                if written > size:
                    break
                digest.update(piece)
                file.write(piece)
                self._progress(len(piece))
            if written != size:
                raise ModelArchiveRefused("an entry of another size than it claims", file=path)
            file.flush()
            os.fsync(descriptor)
        self.left -= size
        self._digests[path] = digest.hexdigest()

    def finished(self) -> tuple[Path, dict[str, str]]:
        """Make all names durable; gives the model's folder and its digests."""
        if not self._digests:
            raise ModelArchiveRefused("nothing in the archive")
        for folder, _, _ in os.walk(self._target, topdown=False):
            os.chmod(folder, 0o700)
            fsync_directory(Path(folder))
        tops = {path.partition("/")[0] for path in self._digests}
        if len(tops) == 1 and all("/" in path for path in self._digests):
            top = tops.pop()
            below = {path[len(top) + 1 :]: one for path, one in self._digests.items()}
            return self._target / top, below
        return self._target, self._digests


_WRITE_FLAGS = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def _unpack_zip(archive: Path, writer: _Writer) -> None:
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            writer.count()
            if entry.is_dir():
                continue
            kind = stat.S_IFMT(entry.external_attr >> _UNIX_KIND)
            if kind not in (0, stat.S_IFREG):
                raise ModelArchiveRefused("a link or device", file=ascii(entry.filename[:60]))
            if entry.flag_bits & 1:
                raise ModelArchiveRefused("an encrypted archive")
            # As it stands in the archive: zipfile has tidied ``filename`` up already.
            path = writer.takes(entry.orig_filename, entry.file_size)
            if path:
                with opened.open(entry) as content:
                    writer.write(path, content, entry.file_size)


def _unpack_tar(archive: Path, writer: _Writer) -> None:
    with (
        bz2.open(archive) as plain,
        tarfile.open(
            fileobj=cast("IO[bytes]", _Bounded(plain, writer.left + _OVERHEAD_BYTES)), mode="r|"
        ) as opened,
    ):
        for entry in opened:
            writer.count()
            if entry.isdir():
                continue
            if not entry.isreg() or entry.issparse():
                raise ModelArchiveRefused("a link or device", file=ascii(entry.name[:60]))
            path = writer.takes(entry.name, entry.size)
            content = opened.extractfile(entry)
            if path and content is not None:
                writer.write(path, content, entry.size)


class _Bounded:
    """A stream that ends in a refusal: a header may announce any size, and it would be read into memory."""

    def __init__(self, stream: IO[bytes], left: int) -> None:
        self._stream = stream
        self._left = left

    def read(self, count: int = -1) -> bytes:
        """Read on."""
        if count < 0 or count > self._left:
            count = self._left + 1
        piece = self._stream.read(count)
        self._left -= len(piece)
        if self._left < 0:
            raise ModelArchiveRefused("the archive unpacks to more than it may")
        return piece


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,  # a compression that nobody uses
        ValueError,
        RuntimeError,
        OverflowError,
    ) as error:
        raise ModelArchiveRefused("the archive is damaged") from error
    except OSError as error:
        if error.errno is None:  # bz2's own words for damage
            raise ModelArchiveRefused("the archive is damaged") from error
        raise
