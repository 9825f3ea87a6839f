"""A full ext4 disk: the ballast goes, what the centre has signed for is still marked, and everything comes back."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.attachment import MAXIMUM_ATTACHMENT_BYTES, MAXIMUM_ATTACHMENTS
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import StorageFull
from kiosk.storage.ballast import BALLAST_BYTES, Ballast
from kiosk.storage.database import BALLAST_FILE, RESERVE_BYTES, free_bytes
from kiosk.storage.recovery import open_or_recover
from kiosk.storage.store import SqliteStore
from sync.errors import DatabaseFull
from tests.crash.kiosk_parts import Kiosk, answer_all, open_kiosk
from tests.faults.full_disk import fill, loop_disk
from tests.storage.damage import pages_of, spoil

IMAGE_BYTES = 48 * 1024 * 1024
RESERVE = 2 * 1024 * 1024
"""In these tests: the disk is small."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with loop_disk(tmp_path, IMAGE_BYTES) as place:
        yield place


def strict(kiosk: Kiosk) -> SqliteStore:
    kiosk.encrypted.keeps_ballast = True
    return SqliteStore(kiosk.encrypted, kiosk.outbox, kiosk.store.clock, RESERVE)


def states(kiosk: Kiosk) -> dict[str, int]:
    with kiosk.encrypted.reading() as raw:
        return dict(raw.execute("SELECT state, count(*) FROM outbox GROUP BY state"))


def submit_until_full(kiosk: Kiosk) -> list[ServiceRequest]:
    accepted = []
    for _ in range(3000):
        try:
            accepted.append(kiosk.submit())
        except StorageFull:
            return accepted
    pytest.fail("the disk did not run full")


def test_acknowledgements_go_on_when_the_disk_is_full(disk: Path) -> None:
    ballast = Ballast(disk / "state" / BALLAST_FILE)
    with open_kiosk(disk) as kiosk:
        promised = [kiosk.submit() for _ in range(60)]
        store = strict(kiosk)
        assert store.has_room()
        assert ballast.is_there()
        assert ballast.path.stat().st_blocks * 512 >= BALLAST_BYTES
        # Somebody else's files take the rest, and the WAL's own room is used up: every page of it is pinned.
        junk = fill(disk)
        assert not store.has_room()
        promised += submit_until_full(kiosk)
        assert not ballast.is_there()
        assert free_bytes(disk) > BALLAST_BYTES // 2
        # The ballast is for what was promised, not for new promises.
        assert not store.has_room() or free_bytes(disk) >= RESERVE
        before = states(kiosk)
        settled = list(answer_all(kiosk))
        assert len(settled) > 30
        assert states(kiosk)["queued"] < before["queued"]
        with kiosk.encrypted.reading() as raw:
            (result,) = raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        assert result[0] == 0
        assert result[1] == result[2], "the whole WAL was copied"
        # Room again: the ballast comes back at the next look.
        junk.unlink()
        assert store.has_room()
        assert ballast.is_there()
        promised.append(kiosk.submit())
    with open_kiosk(disk) as kiosk, kiosk.encrypted.reading() as raw:
        found = {row[0] for row in raw.execute("SELECT receipt_number FROM service_request")}
        assert {request.receipt_number for request in promised} <= found
        assert raw.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_damaged_database_is_repaired_on_a_full_disk_with_the_ballast(disk: Path) -> None:
    with open_kiosk(disk) as kiosk:
        promised = [kiosk.submit() for _ in range(20)]
        strict(kiosk).has_room()
    state = disk / "state"
    spoil(state / "kiosk.db", pages_of(state)["sync_cursor"])
    fill(disk)
    open_or_recover(state, "file").close()
    with open_kiosk(disk) as kiosk, kiosk.encrypted.reading() as raw:
        found = {row[0] for row in raw.execute("SELECT receipt_number FROM service_request")}
    assert found == {request.receipt_number for request in promised}
    assert not (state / BALLAST_FILE).exists()


def test_ballast_is_real_and_never_takes_the_reserve(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", 1024 * 1024)
    assert not ballast.keep(free=3 * 1024 * 1024, reserve=2 * 1024 * 1024 + 1)
    assert not ballast.path.exists()
    assert ballast.keep(free=3 * 1024 * 1024, reserve=2 * 1024 * 1024)
    assert ballast.path.stat().st_blocks * 512 >= 1024 * 1024
    assert ballast.path.stat().st_mode & 0o077 == 0
    assert ballast.free()
    assert not ballast.free()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="Windows allocates as it writes")
def test_sparse_or_half_made_ballast_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast = Ballast(tmp_path / "ballast", 1024 * 1024)
    with ballast.path.open("wb") as file:
        file.truncate(ballast.size)
    assert not ballast.is_there()

    def full(*_where: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", full)
        assert not ballast.keep(free=1 << 40, reserve=0)
    assert not ballast.path.exists(), "half a ballast must not take up room"
    assert ballast.keep(free=1 << 40, reserve=0)


def test_ballast_is_given_up_for_every_full_disk_that_sqlite_tells_of(tmp_path: Path) -> None:
    with open_kiosk(tmp_path) as kiosk:
        kiosk.encrypted.keeps_ballast = True
        assert kiosk.store.has_room()
        ballast = Ballast(tmp_path / "state" / BALLAST_FILE)
        assert ballast.is_there()
        with pytest.raises(DatabaseFull), kiosk.encrypted.reading():
            raise DatabaseFull
        assert not ballast.is_there()


def test_reserve_holds_the_largest_request_in_wal_and_file_and_its_draft() -> None:
    largest = MAXIMUM_ATTACHMENTS * MAXIMUM_ATTACHMENT_BYTES
    largest_wal = 1000 * 4096
    assert 2 * (2 * largest + largest_wal) <= RESERVE_BYTES
    assert 2 * largest_wal <= BALLAST_BYTES
