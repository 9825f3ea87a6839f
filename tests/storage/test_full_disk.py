"""A full or read-only disk: nothing is promised that is not on it, and what was promised stays."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.errors import StorageError, StorageFull
from kiosk.storage.database import RESERVE_BYTES, free_bytes, open_kiosk_database
from kiosk.storage.store import SqliteStore
from tests.builders import World, make_world
from tests.storage.states import contents, receipts, receipts_in, submit

DISK_BYTES = 2 * 1024 * 1024
TRIES = 3000


def mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of two megabytes."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk; the page limit test runs instead")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, f"size={DISK_BYTES},mode=0700")
    yield folder
    subprocess.run(["umount", str(folder)], timeout=20, check=True)


def submit_until_full(world: World) -> list[str]:
    promised: list[str] = []
    for _ in range(TRIES):
        try:
            promised.append(submit(world))
        except StorageFull:
            return promised
    pytest.fail("the disk did not run full")


def fill(folder: Path) -> Path:
    """Leave not one byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
    return ballast


def test_every_promise_is_kept_when_the_disk_runs_full_and_gets_room_again(disk: Path) -> None:
    with make_world(disk) as world:
        promised = submit_until_full(world)
        assert len(promised) > 20
        # Reading goes on: a resident may still see what was accepted.
        assert receipts_in(world.store.encrypted) == sorted(promised)
        with pytest.raises(StorageFull):
            submit(world)
        subprocess.run(["mount", "-o", f"remount,size={8 * DISK_BYTES}", str(disk)], check=True)
        promised.append(submit(world))
    assert receipts(disk / "state") == sorted(promised)
    assert len(set(promised)) == len(promised)


def test_full_disk_is_said_at_the_start_and_costs_nothing(disk: Path) -> None:
    with make_world(disk) as world:
        promised = [submit(world) for _ in range(5)]
    before = contents(disk / "state")
    ballast = fill(disk)
    with pytest.raises(StorageFull):
        open_kiosk_database(disk / "state", "file")
    assert contents(disk / "state") == before
    ballast.unlink()
    assert receipts(disk / "state") == sorted(promised)


def test_first_start_on_a_full_disk_is_said_and_succeeds_later(disk: Path) -> None:
    ballast = fill(disk)
    with pytest.raises(StorageFull):
        open_kiosk_database(disk / "state", "file")
    ballast.unlink()
    assert receipts(disk / "state") == []


def test_read_only_disk_is_said_and_costs_nothing(disk: Path) -> None:
    with make_world(disk) as world:
        promised = [submit(world) for _ in range(5)]
    before = contents(disk / "state")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(StorageError) as caught:
        open_kiosk_database(disk / "state", "file")
    assert caught.value.code == "KSK-200"
    assert contents(disk / "state") == before
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert receipts(disk / "state") == sorted(promised)


def test_every_promise_is_kept_when_the_database_may_not_grow(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        promised = [submit(world) for _ in range(5)]
        with world.store.encrypted.reading() as raw:
            pages = raw.execute("PRAGMA page_count").fetchone()[0]
            raw.execute(f"PRAGMA max_page_count = {pages + 6}").fetchone()
        promised += submit_until_full(world)
        assert receipts_in(world.store.encrypted) == sorted(promised)
        with world.store.encrypted.reading() as raw:
            raw.execute("PRAGMA max_page_count = 1000000").fetchone()
        promised.append(submit(world))
    assert receipts(tmp_path / "state") == sorted(promised)


def test_nothing_is_promised_when_less_than_the_reserve_is_free(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        store = world.store
        more_than_there_is = shutil.disk_usage(tmp_path).total
        strict = SqliteStore(store.encrypted, store.outbox, store.clock, more_than_there_is)
        with pytest.raises(StorageFull):
            strict.assert_room()
        assert receipts_in(store.encrypted) == []
    assert RESERVE_BYTES >= 64 * 1024 * 1024


def test_free_space_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.01)
