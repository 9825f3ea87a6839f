"""Do on the model what the process did on the real disk."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.disk import Disk, File, Folder, Write
from tests.crash.trace import Call

STANDARD_OUTPUT = 1
AT_FDCWD = "AT_FDCWD"


class Unknown(AssertionError):
    """The process did something to the folder that the model does not know; it must be taught."""


@dataclass(slots=True)
class _Open:
    node: File | Folder
    offset: int = 0
    appends: bool = False


@dataclass(slots=True)
class Replay:
    """A disk, and the descriptors of the process that works on it."""

    folder: Path
    """The real folder whose calls count; every other file is passed over."""
    disk: Disk
    said: Callable[[bytes], None] = lambda _line: None
    """Told what the process wrote to its standard output."""
    _descriptors: dict[int, _Open] = field(default_factory=dict)

    def apply(self, call: Call) -> bool:
        """Follow one call; whether it changed the disk or made something of it safe."""
        self.disk.last = None
        handler = getattr(self, f"_{call.name}", None)
        if handler is not None:
            return bool(handler(call))
        return self._refuse(call)

    # names

    def _openat(self, call: Call) -> bool:
        return self._open_path(call, self._path(call, 1), call.text(2))

    def _open(self, call: Call) -> bool:
        return self._open_path(call, self._path(call, 0), call.text(1))

    def _open_path(self, call: Call, path: list[str] | None, flags: str) -> bool:
        self._descriptors.pop(call.result, None)
        if path is None:
            return False
        folder, name = self._parent(path)
        node = self.disk.root if name is None else folder.names().get(name)
        changed = False
        if node is None:
            assert name is not None
            node = File()
            folder.unsynced.append({name: node})
            changed = True
        elif "O_TRUNC" in flags and isinstance(node, File) and node.size():
            node.unsynced.append(Write(0, None))
            changed = True
        self._descriptors[call.result] = _Open(node, appends="O_APPEND" in flags)
        return changed

    def _close(self, call: Call) -> bool:
        self._descriptors.pop(call.number(0), None)
        return False

    def _dup(self, call: Call) -> bool:
        if call.number(0) in self._descriptors:
            self._descriptors[call.result] = self._descriptors[call.number(0)]
        return False

    _dup2 = _dup3 = _dup

    def _fcntl(self, call: Call) -> bool:
        return self._dup(call) if "DUPFD" in call.text(1) else False

    def _mkdir(self, call: Call) -> bool:
        return self._edit(call, [(0, Folder())])

    def _unlink(self, call: Call) -> bool:
        return self._edit(call, [(0, None)])

    _rmdir = _unlink

    def _unlinkat(self, call: Call) -> bool:
        return self._edit(call, [(1, None)])

    def _link(self, call: Call) -> bool:
        source = self._path(call, 0)
        if source is None:
            return self._refuse(call) if self._path(call, 1) else False
        folder, name = self._parent(source)
        assert name is not None
        return self._edit(call, [(1, folder.names()[name])])

    def _rename(self, call: Call) -> bool:
        source = self._path(call, 0)
        if source is None:
            return self._refuse(call) if self._path(call, 1) else False
        folder, name = self._parent(source)
        assert name is not None
        return self._edit(call, [(0, None), (1, folder.names()[name])])

    def _edit(self, call: Call, changes: list[tuple[int, File | Folder | None]]) -> bool:
        """One change of names; those in one folder go together, as in a journal."""
        edits: dict[int, tuple[Folder, dict[str, File | Folder | None]]] = {}
        for index, node in changes:
            path = self._path(call, index)
            if path is None:
                return self._refuse(call) if edits else False
            folder, name = self._parent(path)
            assert name is not None
            edits.setdefault(id(folder), (folder, {}))[1][name] = node
        for folder, edit in edits.values():
            folder.unsynced.append(edit)
        return True

    # content

    def _write(self, call: Call) -> bool:
        if call.number(0) == STANDARD_OUTPUT:
            self.said(call.data(1))
            return False
        opened = self._descriptors.get(call.number(0))
        if opened is None:
            return False
        assert isinstance(opened.node, File)
        offset = opened.node.size() if opened.appends else opened.offset
        self._put(opened.node, offset, call.data(1)[: call.result])
        opened.offset = offset + call.result
        return True

    def _pwrite64(self, call: Call) -> bool:
        opened = self._descriptors.get(call.number(0))
        if opened is None:
            return False
        assert isinstance(opened.node, File)
        self._put(opened.node, call.number(3), call.data(1)[: call.result])
        return True

    def _put(self, file: File, offset: int, data: bytes) -> None:
        write = Write(offset, data)
        file.unsynced.append(write)
        self.disk.last = (file, write)

    def _lseek(self, call: Call) -> bool:
        if call.number(0) in self._descriptors:
            self._descriptors[call.number(0)].offset = call.result
        return False

    def _ftruncate(self, call: Call) -> bool:
        opened = self._descriptors.get(call.number(0))
        if opened is None:
            return False
        assert isinstance(opened.node, File)
        opened.node.unsynced.append(Write(call.number(1), None))
        return True

    def _fallocate(self, call: Call) -> bool:
        opened = self._descriptors.get(call.number(0))
        if opened is None:
            return False
        assert isinstance(opened.node, File)
        end = call.number(2) + call.number(3)
        if end > opened.node.size():
            opened.node.unsynced.append(Write(end, None))
        return True

    def _fsync(self, call: Call) -> bool:
        opened = self._descriptors.get(call.number(0))
        if opened is None:
            return False
        opened.node.sync()
        return True

    _fdatasync = _fsync

    # everything else

    def _refuse(self, call: Call) -> bool:
        paths = (
            call.text(index)
            for index, value in enumerate(call.arguments)
            if isinstance(value, bytes)
        )
        numbers = (value for value in call.arguments if isinstance(value, str) and value.isdigit())
        if any(str(self.folder) in path for path in paths) or any(
            int(value) in self._descriptors for value in numbers
        ):
            raise Unknown(f"{call.name}{call.arguments}")
        return False

    def _clone(self, call: Call) -> bool:
        # A thread shares the descriptors; a process of its own would not, and its closing would confuse the model.
        if not any(isinstance(value, str) and "CLONE_FILES" in value for value in call.arguments):
            raise Unknown(f"a driver started a process: {call.name}{call.arguments}")
        return False

    _clone3 = _clone

    def _path(self, call: Call, index: int) -> list[str] | None:
        """The names below the folder; None for a path outside of it."""
        text = call.text(index)
        before = call.arguments[index - 1] if index else None
        if not text.startswith("/"):
            if isinstance(before, str) and before.isdigit() and int(before) in self._descriptors:
                raise Unknown(f"a path relative to a folder: {call.name}{call.arguments}")
            return None
        if text != str(self.folder) and not text.startswith(f"{self.folder}{os.sep}"):
            return None
        return [name for name in text[len(str(self.folder)) :].split("/") if name]

    def _parent(self, path: list[str]) -> tuple[Folder, str | None]:
        folder = self.disk.root
        for name in path[:-1]:
            found = folder.names()[name]
            assert isinstance(found, Folder), path
            folder = found
        return folder, path[-1] if path else None
