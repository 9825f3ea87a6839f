"""Small files that are whole after a power cut, and never readable by others."""

import os
import secrets
from pathlib import Path


def write_new_file(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, mode 0600, on the disk when this returns.

    Raises:
        FileExistsError: there is one already; it is left alone.
        OSError: it cannot be written.
    """
    part = _write_part(path, content)
    try:
        # A link, unlike a rename, fails when the target exists: two first starts cannot overwrite each other's key.
        if os.name == "posix":
            os.link(part, path)
        else:
            part.rename(path)  # on Windows a rename fails when the target exists
    finally:
        part.unlink(missing_ok=True)
    fsync_directory(path.parent)


def replace_file(path: Path, content: bytes) -> None:
    """Write or replace a file in one step, mode 0600, on the disk when this returns.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    part = _write_part(path, content)
    try:
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    fsync_directory(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, mode 0700, and those above it that are missing; on the disk when this returns.

    A folder whose name is only in the cache takes everything in it along at a power cut, however often its files
    were synced.

    Raises:
        OSError: it cannot be made; FileExistsError when something else is there.
    """
    missing = []
    place = path.absolute()
    while not place.is_dir():
        missing.append(place)
        place = place.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        fsync_directory(folder.parent)


def fsync_directory(path: Path) -> None:
    """Make the names in a directory durable; Windows does that by itself.

    Raises:
        OSError: the directory cannot be opened or synced.
    """
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_part(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    # O_BINARY: Windows would else write CR LF for LF below Python's own files.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(part, flags, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part
