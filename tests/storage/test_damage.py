"""A database that cannot be trusted is refused, said, and left as it is for recovery."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from kiosk.errors import StorageDamaged, StorageError
from kiosk.storage.database import DATABASE_FILE, MADE_FILE, open_kiosk_database
from tests.storage.states import (
    ACCEPTED,
    FINGERPRINT_FILE,
    HOT_JOURNAL,
    KEY_FILE,
    PAGE_BYTES,
    RECORD_FILE,
    contents,
    live_files,
    receipts,
    serve,
)

WAL_FILE = f"{DATABASE_FILE}-wal"


def flip(path: Path, share: float, count: int = 16) -> None:
    data = bytearray(path.read_bytes())
    start = min(int(len(data) * share), len(data) - count)
    for place in range(start, start + count):
        data[place] ^= 0xFF
    path.write_bytes(data)


def cut(path: Path, size: int) -> None:
    os.truncate(path, size)


def be_text(path: Path) -> None:
    path.write_text("这不是数据库\n" * 500, "utf-8")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "first bytes flipped": lambda path: flip(path, 0),
    "middle bytes flipped": lambda path: flip(path, 0.5),
    "last bytes flipped": lambda path: flip(path, 1),
    "cut at a page": lambda path: cut(path, path.stat().st_size // 2 // PAGE_BYTES * PAGE_BYTES),
    "cut inside a page": lambda path: cut(path, path.stat().st_size - 100),
    "cut to one page": lambda path: cut(path, PAGE_BYTES),
    "cut to a few bytes": lambda path: cut(path, 100),
    "zero length": lambda path: cut(path, 0),
    "text in its place": be_text,
    "noise in its place": lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_database_is_refused_and_left_untouched_when_it_is_opened(
    damage: Callable[[Path], None], state: Path, served: Path
) -> None:
    damage(state / DATABASE_FILE)
    before = contents(state)
    for _ in range(2):  # a restart must not make it worse
        with pytest.raises(StorageDamaged):
            open_kiosk_database(state, "file")
    assert contents(state) == before
    # The cause is mended from a copy: everything that was promised is there.
    shutil.copy(served / DATABASE_FILE, state / DATABASE_FILE)
    assert len(receipts(state)) == ACCEPTED


def test_deleted_database_is_not_replaced_by_an_empty_one(state: Path, served: Path) -> None:
    (state / DATABASE_FILE).unlink()
    with pytest.raises(StorageDamaged, match="gone"):
        open_kiosk_database(state, "file")
    assert not (state / DATABASE_FILE).exists()
    shutil.copy(served / DATABASE_FILE, state / DATABASE_FILE)
    assert len(receipts(state)) == ACCEPTED


@pytest.mark.parametrize("rows", [1, 3000], ids=["small", "larger than the file"])
def test_good_file_survives_when_the_wal_of_another_database_lies_beside_it(
    rows: int, state: Path, tmp_path: Path
) -> None:
    other = serve(tmp_path / "other", 3)
    _, foreign = live_files(other, rows)
    (state / WAL_FILE).write_bytes(foreign)
    before = contents(state)
    with pytest.raises(StorageDamaged):
        open_kiosk_database(state, "file")
    assert contents(state) == before
    (state / WAL_FILE).unlink()
    assert len(receipts(state)) == ACCEPTED


def test_good_file_survives_when_an_older_wal_of_its_own_lies_beside_it(state: Path) -> None:
    _, old = live_files(state, 50)
    live_files(state, 3000)
    (state / WAL_FILE).write_bytes(old)
    before = contents(state)
    with pytest.raises(StorageDamaged):
        open_kiosk_database(state, "file")
    assert contents(state) == before
    (state / WAL_FILE).unlink()
    assert len(receipts(state)) == ACCEPTED


def test_noise_in_place_of_the_wal_costs_nothing_that_was_in_the_file(state: Path) -> None:
    (state / WAL_FILE).write_bytes(os.urandom(50_000))
    assert len(receipts(state)) == ACCEPTED


def test_noise_in_place_of_the_shared_memory_file_costs_nothing(state: Path) -> None:
    main, wal = live_files(state, 7)
    (state / DATABASE_FILE).write_bytes(main)
    (state / WAL_FILE).write_bytes(wal)
    (state / f"{DATABASE_FILE}-shm").write_bytes(os.urandom(32 * 1024))
    assert len(receipts(state)) == ACCEPTED


def test_committed_rows_are_read_from_the_wal_when_the_power_was_cut(state: Path) -> None:
    main, wal = live_files(state, 7)
    (state / DATABASE_FILE).write_bytes(main)
    (state / WAL_FILE).write_bytes(wal)
    database = open_kiosk_database(state, "file")
    try:
        with database.reading() as raw:
            assert raw.execute("SELECT count(*) FROM consent").fetchone() == (7,)
    finally:
        database.close()


def test_kiosk_starts_when_the_power_was_cut_in_the_middle_of_a_checkpoint(state: Path) -> None:
    main, wal = live_files(state, 200)
    # Each frame of a WAL begins with its page's number (sqlite.org/fileformat2, section 4.1).
    frames = range(32, len(wal), 24 + PAGE_BYTES)
    pages = {int.from_bytes(wal[at : at + 4], "big") for at in frames}
    page = max(number for number in pages if 1 < number <= len(main) // PAGE_BYTES)
    torn = bytearray(main)
    half = (page - 1) * PAGE_BYTES + PAGE_BYTES // 2
    torn[half : half + PAGE_BYTES // 2] = bytes(PAGE_BYTES // 2)
    (state / DATABASE_FILE).write_bytes(torn)
    (state / WAL_FILE).write_bytes(wal)
    assert len(receipts(state)) == ACCEPTED
    assert len(receipts(state)) == ACCEPTED  # the checkpoint at the close has mended the file


def interrupted_write(folder: Path, *, rows: int) -> tuple[bytes, bytes]:
    """A database and its rollback journal as a power cut leaves them in the middle of a write."""
    path = folder / "interrupted.db"
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{'00' * 32}'\"").fetchall()
        connection.execute("PRAGMA cache_spill = 1").fetchall()
        connection.execute("PRAGMA cache_size = 5").fetchall()
        connection.execute("CREATE TABLE t (x)")
        connection.execute("BEGIN")
        for _ in range(rows):
            connection.execute("INSERT INTO t VALUES (randomblob(3000))")
        return path.read_bytes(), path.with_name("interrupted.db-journal").read_bytes()
    finally:
        connection.close()


def test_good_file_survives_when_the_journal_of_another_database_lies_beside_it(
    state: Path, tmp_path: Path
) -> None:
    _, journal = interrupted_write(tmp_path, rows=60)
    (state / f"{DATABASE_FILE}-journal").write_bytes(journal)
    before = contents(state)
    for _ in range(2):
        with pytest.raises(StorageDamaged):
            open_kiosk_database(state, "file")
    assert contents(state) == before
    (state / f"{DATABASE_FILE}-journal").unlink()
    assert len(receipts(state)) == ACCEPTED


@pytest.mark.parametrize("written", [0, 100, PAGE_BYTES], ids=["nothing", "a part", "all"])
def test_first_start_goes_on_when_the_power_was_cut_while_the_first_page_was_written(
    written: int, state: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir(mode=0o700)
    for name in (KEY_FILE, RECORD_FILE, FINGERPRINT_FILE):
        shutil.copy(state / name, fresh / name)
    page = (state / DATABASE_FILE).read_bytes()[:written]
    (fresh / DATABASE_FILE).write_bytes(page)
    (fresh / f"{DATABASE_FILE}-journal").write_bytes(HOT_JOURNAL)
    assert receipts(fresh) == []
    assert receipts(fresh) == []


def test_folder_in_place_of_the_file_is_said_and_left(state: Path) -> None:
    (state / DATABASE_FILE).unlink()
    (state / DATABASE_FILE).mkdir()
    with pytest.raises(StorageError):
        open_kiosk_database(state, "file")
    assert (state / DATABASE_FILE).is_dir()


def test_file_in_place_of_the_state_folder_is_said_and_left(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("important", "utf-8")
    with pytest.raises(StorageError) as caught:
        open_kiosk_database(state, "file")
    assert caught.value.code == "KSK-200"
    assert state.read_text("utf-8") == "important"


def test_state_of_an_earlier_version_is_taken_over_when_it_has_no_mark(state: Path) -> None:
    (state / MADE_FILE).unlink()
    assert len(receipts(state)) == ACCEPTED
    assert (state / MADE_FILE).exists()


def test_first_start_goes_on_when_the_power_was_cut_just_after_the_file_was_made(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / DATABASE_FILE).touch(mode=0o600)
    assert receipts(state) == []
