"""A disk that keeps only what it was told to keep: what a power cut may leave, by POSIX and no kinder.

A file's content is safe after fsync of the file, a name in a folder after fsync of the folder. Everything else that
was asked for may be there, in part, in any order, or not at all. ext4 is kinder; the next file system may not be.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
"""What a disk writes whole; a page of 4 KiB may be cut at any of these."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset; ``data`` is None for a truncation to ``offset``."""

    offset: int
    data: bytes | None

    def apply(self, content: bytearray, keeps: Callable[[int], bool] | None = None) -> None:
        """Do it, or only those of its sectors that are kept; a sector is named by its place in the file."""
        if self.data is None:
            del content[self.offset :]
            content.extend(bytes(self.offset - len(content)))
            return
        for start, part in self._parts(whole=keeps is None):
            if keeps is None or keeps(start // SECTOR):
                content.extend(bytes(max(0, start - len(content))))
                content[start : start + len(part)] = part

    def _parts(self, *, whole: bool) -> Iterable[tuple[int, bytes]]:
        assert self.data is not None
        start, left = self.offset, self.data
        while left:
            size = len(left) if whole else SECTOR - start % SECTOR
            yield start, left[:size]
            start, left = start + size, left[size:]


@dataclass(eq=False, slots=True)
class File:
    """An inode."""

    durable: bytes = b""
    unsynced: list[Write] = field(default_factory=list)

    def sync(self) -> None:
        """The disk has it all."""
        self.durable = bytes(self.render(lambda _write: True))
        self.unsynced = []

    def render(self, keeps: Callable[[Write], bool]) -> bytearray:
        """The content with some of what is not synced."""
        content = bytearray(self.durable)
        for write in self.unsynced:
            if keeps(write):
                write.apply(content)
        return content

    def size(self) -> int:
        """As the process sees it."""
        size = len(self.durable)
        for write in self.unsynced:
            size = write.offset if write.data is None else max(size, write.offset + len(write.data))
        return size


@dataclass(eq=False, slots=True)
class Folder:
    """Names; each change is one edit of one or two names."""

    durable: dict[str, "File | Folder"] = field(default_factory=dict)
    unsynced: list[dict[str, "File | Folder | None"]] = field(default_factory=list)

    def sync(self) -> None:
        """The disk has all names."""
        self.durable = self.names()
        self.unsynced = []

    def names(
        self, keeps: Callable[[dict[str, "File | Folder | None"]], bool] = lambda _edit: True
    ) -> dict[str, "File | Folder"]:
        """The names with some of what is not synced."""
        names = dict(self.durable)
        for edit in self.unsynced:
            if keeps(edit):
                for name, node in edit.items():
                    if node is None:
                        names.pop(name, None)
                    else:
                        names[name] = node
        return names


Image = dict[str, bytes | None]
"""What is on the disk: path below the root, and content; None for a folder."""


class Disk:
    """One folder and all below it."""

    def __init__(self) -> None:
        self.root = Folder()
        self.last: tuple[File, Write] | None = None
        """The write that was the last call, if the last call was one."""

    @classmethod
    def of(cls, folder: Path) -> "Disk":
        """The disk as it lies there, all of it safe."""
        disk = cls()
        disk.root = _read(folder)
        return disk

    def everything(self) -> Image:
        """All that was asked for is there."""
        return _image(self.root, lambda _edit: True, lambda file: file.render(lambda _write: True))

    def nothing(self) -> Image:
        """Only what was synced is there."""
        return _image(self.root, lambda _edit: False, lambda file: bytearray(file.durable))

    def torn(self, is_kept: Callable[[int], bool]) -> Image:
        """Everything is there but the last write, of which only some sectors are.

        Args:
            is_kept: asked with the index of a sector within the write, from 0.
        """
        assert self.last is not None
        torn_file, torn_write = self.last

        def content(file: File) -> bytearray:
            if file is not torn_file:
                return file.render(lambda _write: True)
            whole = file.render(lambda write: write is not torn_write)
            first = torn_write.offset // SECTOR
            torn_write.apply(whole, lambda sector: is_kept(sector - first))
            return whole

        return _image(self.root, lambda _edit: True, content)

    def subset(self, dice: random.Random) -> Image:
        """Anything unsynced may be there or not, by the dice; a write may also be there in part."""
        # Of a folder sometimes the first changes only: file systems that journal names keep their order.
        in_order = dice.random() < 0.5
        share = dice.choice((0.15, 0.5, 0.85))

        def keeps(_edit: object) -> bool:
            return dice.random() < share

        def content(file: File) -> bytearray:
            made = bytearray(file.durable)
            for write in file.unsynced:
                fate = dice.random()
                if fate < share * 0.7:
                    write.apply(made)
                elif fate < share:
                    write.apply(made, lambda _sector: dice.random() < 0.5)
            return made

        def keeps_in_order(folder: Folder) -> Callable[[object], bool]:
            left = dice.randint(0, len(folder.unsynced))

            def first_ones(_edit: object) -> bool:
                nonlocal left
                left -= 1
                return left >= 0

            return first_ones

        return _image(self.root, keeps, content, keeps_in_order if in_order else None)

    def unsynced(self) -> bool:
        """Whether a power cut could take anything back."""
        return any(node.unsynced for node in _nodes(self.root))


def _nodes(folder: Folder) -> Iterable[File | Folder]:
    # A node that only a durable name leads to counts as well.
    waiting: list[File | Folder] = [folder]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Folder):
            waiting += [*node.durable.values(), *node.names().values()]


def _image(
    root: Folder,
    keeps: Callable[[object], bool],
    content: Callable[[File], bytearray],
    keeps_of: Callable[[Folder], Callable[[object], bool]] | None = None,
) -> Image:
    image: Image = {}
    made: dict[int, bytes] = {}
    waiting: list[tuple[str, Folder]] = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        names = folder.names(keeps_of(folder) if keeps_of else keeps)
        for name, node in sorted(names.items()):
            path = prefix + name
            if isinstance(node, Folder):
                image[path] = None
                waiting.append((f"{path}/", node))
            else:
                if id(node) not in made:  # two names of one file show one content
                    made[id(node)] = bytes(content(node))
                image[path] = made[id(node)]
    return image


def _read(folder: Path) -> Folder:
    made = Folder()
    for path in folder.iterdir():
        made.durable[path.name] = _read(path) if path.is_dir() else File(path.read_bytes())
    return made


def lay_out(image: Image, folder: Path, skip: Sequence[str] = ()) -> None:
    """Make a real folder of an image, private as the product leaves it."""
    for path, content in sorted(image.items()):
        if path.endswith(tuple(skip)):
            continue
        target = folder / path
        if content is None:
            target.mkdir(mode=0o700)
        else:
            target.write_bytes(content)
            target.chmod(0o600)
