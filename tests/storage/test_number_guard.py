"""Numbers are written down before they are given, and a database that knows less than was given is noticed."""

import shutil
from pathlib import Path

import pytest

from kiosk.errors import StorageDamaged, StorageFull
from kiosk.storage import quarantine
from kiosk.storage.database import DATABASE_FILE, IDENTITY_FILE, MARKS_FILE, open_kiosk_database
from kiosk.storage.identity_file import IdentityFile
from kiosk.storage.number_guard import AHEAD, last_seq
from kiosk.storage.number_marks import Marks, MarksFile
from kiosk.storage.receipt_blocks import last_taken
from kiosk.storage.recovery import open_or_recover
from tests.crash.kiosk_parts import Kiosk, open_kiosk
from tests.storage.states import KEY_FILE, PAGE_BYTES

WAL_FILE = f"{DATABASE_FILE}-wal"
FRAME_BYTES = 24 + PAGE_BYTES


def numbers(kiosk: Kiosk) -> tuple[int, int]:
    with kiosk.encrypted.reading() as raw:
        return last_seq(raw), last_taken(raw)


def identity(folder: Path):
    state = folder / "state"
    key = bytes.fromhex((state / KEY_FILE).read_text())
    return IdentityFile(state / IDENTITY_FILE, key).read()


def power_cut(folder: Path, count: int, *, checkpoint: int = 0) -> Path:
    """A state as it lies on the disk after that many requests, with a WAL; a copy, while the kiosk still runs."""
    with open_kiosk(folder) as kiosk:
        for number in range(count):
            if number == checkpoint:
                with kiosk.encrypted.reading() as raw:
                    raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            kiosk.submit()
        cut = folder / "cut"
        shutil.copytree(folder / "state", cut / "state", ignore=shutil.ignore_patterns("*-shm"))
    return cut


def test_identity_is_written_ahead_of_every_number(tmp_path: Path) -> None:
    with open_kiosk(tmp_path) as kiosk:
        assert identity(tmp_path).last_seq == AHEAD
        for _ in range(AHEAD + 1):
            kiosk.submit()
            written, given = identity(tmp_path), numbers(kiosk)
            assert written.last_seq >= given[0]
            assert written.last_receipt >= given[1]
        assert written.last_seq == 2 * AHEAD + 1
        assert bytes(written.secrets["ed25519-seed"]) == kiosk.signer.seed()


def test_identity_never_names_numbers_that_the_device_does_not_have(tmp_path: Path) -> None:
    with open_kiosk(tmp_path) as kiosk:
        with kiosk.store.transaction() as transaction:
            transaction.database.execute("UPDATE receipt_block SET next = 1999")
        for _ in range(4):  # the last two of the block, and two of an emergency block
            kiosk.submit()
        assert numbers(kiosk)[1] == 2002
        written = identity(tmp_path)
        assert written.blocks == ((1, 2000, 0), (2001, 2500, 1))
        assert 2002 <= written.last_receipt <= 2500


def test_nothing_is_promised_when_the_numbers_cannot_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: IdentityFile, _identity: object) -> None:
        raise OSError(28, "No space left on device")

    with open_kiosk(tmp_path) as kiosk:
        for _ in range(AHEAD):
            kiosk.submit()
        with monkeypatch.context() as patch:
            patch.setattr(IdentityFile, "write", full)
            with pytest.raises(StorageFull):
                kiosk.submit()
        assert numbers(kiosk) == (AHEAD, AHEAD)
        kiosk.submit()


def test_marks_are_those_of_the_last_commit_and_closed_in_the_end(tmp_path: Path) -> None:
    marks = MarksFile(tmp_path / "state" / MARKS_FILE)
    with open_kiosk(tmp_path) as kiosk:
        assert marks.read() == Marks(False, 0, 0)
        kiosk.submit()
        assert marks.read() == Marks(True, 1, 1)
        with open_kiosk(tmp_path) as beside:
            beside.submit()
        assert marks.read() == Marks(True, 2, 2)
        kiosk.submit()
    assert marks.read() == Marks(False, 3, 3)


def test_kiosk_goes_on_where_it_was_when_only_the_power_was_cut(tmp_path: Path) -> None:
    cut = power_cut(tmp_path, 5)
    with open_kiosk(cut) as kiosk:
        assert kiosk.submit().receipt_number.startswith("A07-000006-")
    assert quarantine.reports(cut / "state") == []


@pytest.mark.parametrize("is_power_cut", [False, True], ids=["killed", "power cut"])
def test_numbers_are_passed_over_when_the_wal_is_gone(tmp_path: Path, is_power_cut: bool) -> None:
    cut = power_cut(tmp_path, 8, checkpoint=4)
    (cut / "state" / WAL_FILE).unlink()
    if is_power_cut:  # of the marks, only that a kiosk was at work had reached the disk
        MarksFile(cut / "state" / MARKS_FILE).replace(Marks(True, 1, 1))
    open_or_recover(cut / "state", "file").close()
    with open_kiosk(cut) as kiosk:
        request = kiosk.submit()
        assert request.receipt_number.startswith(f"A07-{AHEAD + 1:06d}-")
        assert numbers(kiosk)[0] == AHEAD + 1
    (report,) = quarantine.unseen(cut / "state")
    first, last = report.missing_receipts[-1]
    assert first <= 5
    assert last >= 8


def test_promises_behind_a_damaged_place_in_the_wal_are_read_all_the_same(tmp_path: Path) -> None:
    cut = power_cut(tmp_path, 8)
    wal = cut / "state" / WAL_FILE
    content = bytearray(wal.read_bytes())
    # A frame of which the page was written again later: SQLite takes it for the end and says nothing.
    frames = [content[at : at + 4] for at in range(32, len(content), FRAME_BYTES)]
    place = max(place for place, page in enumerate(frames) if page in frames[place + 1 :])
    content[32 + place * FRAME_BYTES + 2000] ^= 0xFF
    wal.write_bytes(content)
    with pytest.raises(StorageDamaged, match="older"):
        open_kiosk_database(cut / "state", "file")
    assert wal.read_bytes() == content
    open_or_recover(cut / "state", "file").close()
    (report,) = quarantine.unseen(cut / "state")
    with open_kiosk(cut) as kiosk, kiosk.encrypted.reading() as raw:
        found = raw.execute("SELECT receipt_number FROM service_request ORDER BY 1").fetchall()
        events = raw.execute("SELECT count(*) FROM outbox").fetchone()[0]
    assert report.missing_receipts == ()
    assert len(found) == 8
    assert events == 8
    kept = cut / "state" / "quarantine" / report.folder / WAL_FILE
    assert kept.read_bytes() == content


def test_older_copy_of_the_database_is_noticed(tmp_path: Path) -> None:
    with open_kiosk(tmp_path) as kiosk:
        kiosk.submit()
    old = (tmp_path / "state" / DATABASE_FILE).read_bytes()
    with open_kiosk(tmp_path) as kiosk:
        later = kiosk.submit()
    (tmp_path / "state" / DATABASE_FILE).write_bytes(old)
    with pytest.raises(StorageDamaged, match="older"):
        open_kiosk_database(tmp_path / "state", "file")
    open_or_recover(tmp_path / "state", "file").close()
    with open_kiosk(tmp_path) as kiosk:
        assert kiosk.submit().receipt_number > later.receipt_number
    (report,) = quarantine.unseen(tmp_path / "state")
    assert report.missing_receipts == ((2, 2),)


@pytest.mark.parametrize("content", [b"", b"XLM1", bytes(25), b"\xff" * 25])
def test_torn_marks_and_identity_cost_nothing(tmp_path: Path, content: bytes) -> None:
    with open_kiosk(tmp_path) as kiosk:
        kiosk.submit()
        key = kiosk.signer.public_key
    for name in (MARKS_FILE, IDENTITY_FILE):
        (tmp_path / "state" / name).write_bytes(content)
    with open_kiosk(tmp_path) as kiosk:
        assert kiosk.signer.public_key == key
        assert kiosk.submit().receipt_number.startswith("A07-000002-")
    assert identity(tmp_path).last_seq >= 2
    assert MarksFile(tmp_path / "state" / MARKS_FILE).read() == Marks(False, 2, 2)


def test_marks_follow_a_file_that_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / MARKS_FILE
    ours, theirs = MarksFile(path), MarksFile(path)
    theirs.replace(Marks(True, 1, 1))
    ours.write(Marks(True, 2, 2), is_durable=False)
    theirs.replace(Marks(True, 1, 1))
    ours.write(Marks(True, 3, 3), is_durable=False)
    assert theirs.read() == Marks(True, 3, 3)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        ours.write(Marks(True, 4, 4), is_durable=False)
    ours.close()
