"""Finds models in a folder or on a stick by what the files hold; what they are called there does not matter.

The medium may be anybody's: links are not followed, pipes not read, and what is looked at is bounded.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kiosk.models.errors import ModelDigestWrong, ModelFolderUnusable, ModelNotFound
from kiosk.models.manifest import ModelEntry

MAXIMUM_NAMES = 20_000
MAXIMUM_DEPTH = 8
MAXIMUM_READ_BYTES = 4 << 30
"""Read in search of models; a stick may hold films."""
_PIECE_BYTES = 1 << 20
_READ_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)

Progress = Callable[[int], None]
"""Told how many more bytes were read or written."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A model that lies on the medium."""

    entry: ModelEntry
    sha256: str
    """Of the file or archive; empty for a model of many files."""
    files: dict[str, Path]
    """Where each file lies, by its path in the model; a lone file or archive has the empty path."""


@dataclass(slots=True)
class Medium:
    """A folder that staff named, searched once."""

    folder: Path
    progress: Progress = lambda _more: None
    _sizes: dict[Path, int] = field(default_factory=dict)
    _digests: dict[Path, str] = field(default_factory=dict)
    _left: int = MAXIMUM_READ_BYTES

    def search(self) -> None:
        """Look at all names.

        Raises:
            ModelFolderUnusable: there is no such folder, or it cannot be read.
        """
        try:
            if not self.folder.is_dir():
                raise ModelFolderUnusable("no folder to install from", folder=self.folder)
            self._sizes = dict(_files_below(self.folder.resolve()))
        except OSError as error:
            raise ModelFolderUnusable("the folder cannot be read", folder=self.folder) from error

    def find(self, entry: ModelEntry, sha256: str) -> Brought | None:
        """Look for one model by content.

        Args:
            entry: of the manifest.
            sha256: that the file or archive must have; empty for a model of many files.
        """
        if entry.files:
            likely = self._of_size(set(entry.sizes.values()))
            by_digest = {self._digest(path): path for path in likely}
            files = {below: by_digest.get(one) for below, one in entry.files.items()}
            found = {below: path for below, path in files.items() if path is not None}
            return Brought(entry, "", found) if len(found) == len(files) else None
        for path in self._of_size({entry.size_bytes}) if entry.size_bytes else self._sizes:
            if self._digest(path) == sha256:
                return Brought(entry, sha256, {"": path})
        return None

    def assert_found(self, entry: ModelEntry, sha256: str) -> Brought:
        """The same, for a model that staff asked for.

        Raises:
            ModelDigestWrong: a file of its name is there, with another content.
            ModelNotFound: nothing like it is there.
        """
        found = self.find(entry, sha256)
        if found is not None:
            return found
        names = {entry.local_name.casefold(), PurePosixPath(entry.url).name.casefold()} - {""}
        for path in self._sizes:
            if path.name.casefold() in names:
                raise ModelDigestWrong(
                    "a file of this name with another content",
                    model=entry.id,
                    file=path.name,
                    expected=sha256,
                    found=self._digest(path),
                )
        raise ModelNotFound("not on the medium", model=entry.id, folder=self.folder)

    def _of_size(self, sizes: set[int]) -> list[Path]:
        return [path for path, size in self._sizes.items() if size in sizes]

    def _digest(self, path: Path) -> str:
        """SHA-256, read once; empty for what cannot be read or is too much."""
        if path not in self._digests:
            is_bearable = self._sizes[path] <= self._left
            self._left -= self._sizes[path] if is_bearable else 0
            self._digests[path] = self._read(path) if is_bearable else ""
        return self._digests[path]

    def _read(self, path: Path) -> str:
        digest = hashlib.sha256()
        try:
            for piece in file_pieces(path, self._sizes[path]):
                digest.update(piece)
                self.progress(len(piece))
        except OSError:
            return ""
        return digest.hexdigest()


def file_pieces(path: Path, maximum_bytes: int) -> Iterator[bytes]:
    """Read a plain file of a medium, never more than so much.

    Raises:
        OSError: it cannot be read, is a link or no file, or has grown.
    """
    descriptor = os.open(path, _READ_FLAGS)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a plain file")
        count = 0
        while piece := file.read(_PIECE_BYTES):
            count += len(piece)
            if count > maximum_bytes:
                raise OSError("the file has grown")
            yield piece


def _files_below(folder: Path) -> Iterator[tuple[Path, int]]:
    """Plain files and their sizes, nearest first; no links, and only so many names and levels.

    Raises:
        OSError: the folder itself cannot be read.
    """
    waiting, names = [(folder, 0)], 0
    while waiting:
        place, depth = waiting.pop(0)
        try:
            with os.scandir(place) as found:
                entries = sorted(found, key=lambda one: one.name)
        except OSError:
            if place == folder:
                raise
            continue  # such as lost+found
        for entry in entries:
            names += 1
            if names > MAXIMUM_NAMES:
                return
            if entry.is_dir(follow_symlinks=False):
                if depth < MAXIMUM_DEPTH:
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path), entry.stat(follow_symlinks=False).st_size
