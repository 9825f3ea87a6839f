"""A full or read-only disk: nothing is promised that is not on it, and what was promised stays."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.identity_policy import Evidence
from kiosk.errors import StorageError, StorageFull
from kiosk.storage.database import RESERVE_BYTES, free_bytes, open_kiosk_database
from kiosk.storage.store import SqliteStore
from sync.identifiers import new_event_id
from tests.builders import life_certification, make_world, resident
from tests.faults.full_disk import (
    DISK_BYTES,
    fill,
    lift_page_limit,
    limit_pages,
    small_disk,
    submit_until_full,
)
from tests.storage.states import contents, receipts, receipts_in, submit


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of two megabytes."""
    with small_disk(tmp_path / "disk") as folder:
        yield folder


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
        limit_pages(world, 6)
        promised += submit_until_full(world)
        assert receipts_in(world.store.encrypted) == sorted(promised)
        lift_page_limit(world)
        promised.append(submit(world))
    assert receipts(tmp_path / "state") == sorted(promised)


def test_nothing_is_promised_when_less_than_the_reserve_is_free(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        store = world.store
        more_than_there_is = shutil.disk_usage(tmp_path).total
        strict = SqliteStore(store.encrypted, store.outbox, store.clock, more_than_there_is)
        assert store.has_room()
        assert not strict.has_room()
        submit_on_little = replace(world.ports.submit_request, store=strict)
        person = resident()
        asked = (life_certification(), person, person.citizen_id, Evidence(), {})
        with pytest.raises(StorageFull):
            submit_on_little.submit(new_event_id(), *asked)
        assert receipts_in(store.encrypted) == []
        kept = new_event_id()
        promised = world.ports.submit_request.submit(kept, *asked)
        assert submit_on_little.submit(kept, *asked) == promised
    assert RESERVE_BYTES >= 64 * 1024 * 1024


def test_free_space_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.01)
