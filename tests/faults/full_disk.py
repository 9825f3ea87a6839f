"""Disks that run full: a real small one, and SQLite's own limit for where nobody may mount."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.errors import StorageFull
from tests.builders import World
from tests.storage.states import submit

DISK_BYTES = 2 * 1024 * 1024
TRIES = 3000


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A memory disk of two megabytes; skips the test where mounting needs rights that nobody has here."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk; the page limit tests run instead")
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], timeout=20, check=True)


def fill(folder: Path) -> Path:
    """Leave not one byte; gives the file that takes the space."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
    return ballast


def limit_pages(world: World, more: int) -> None:
    """Let the database grow by that many pages at most."""
    with world.store.encrypted.reading() as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages + more}").fetchone()


def lift_page_limit(world: World) -> None:
    with world.store.encrypted.reading() as raw:
        raw.execute("PRAGMA max_page_count = 1000000").fetchone()


def submit_until_full(world: World) -> list[str]:
    """Accept requests until none is accepted any more; gives their receipt numbers."""
    promised: list[str] = []
    for _ in range(TRIES):
        try:
            promised.append(submit(world))
        except StorageFull:
            return promised
    pytest.fail("the disk did not run full")


@contextmanager
def loop_disk(folder: Path, size: int) -> Iterator[Path]:
    """An ext4 file system in a file: full as a real one gets full, with its journal and its own overhead."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount an image; the page limit tests run instead")
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(size)
    place = folder / "loop"
    place.mkdir()
    # No room kept for root, no time wasted on inodes.
    make = ["mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1", str(image)]
    mount = ["mount", "-o", "loop", str(image), str(place)]
    for command in (make, mount):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        except FileNotFoundError:
            pytest.skip(f"no image can be mounted here: {command[0]} is missing")
        if done.returncode != 0:
            pytest.skip(f"no image can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], timeout=20, check=True)
        image.unlink()
