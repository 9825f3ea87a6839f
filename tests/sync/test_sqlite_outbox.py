"""What only the outbox on disk can promise."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sync.errors import DatabaseDamaged, DatabaseFull, UnsafeSqlite
from sync.item import SignedItem
from sync.outbox import ItemState
from sync.signing import DeviceSigner, Verifier
from sync.sqlcipher import EncryptedDatabase, assert_safe_sqlite
from tests.sync.prepared import KIOSK_KEY
from tests.sync.sync_parts import NOW, Kiosk, event, make_kiosk

ROOT = Path(__file__).parents[2]


def test_append_is_refused_when_no_transaction_is_open(kiosk: Kiosk):
    with kiosk.database.reading() as database, pytest.raises(RuntimeError, match="transaction"):
        kiosk.outbox.append(database, event())
    assert kiosk.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_event_and_business_row_are_undone_together(kiosk: Kiosk):
    with contextlib.suppress(ZeroDivisionError), kiosk.database.transaction() as database:
        database.execute("INSERT INTO settled_row VALUES ('business')")
        kiosk.outbox.append(database, event())
        raise ZeroDivisionError
    assert kiosk.rows("SELECT count(*) FROM outbox") == [(0,)]
    assert kiosk.rows("SELECT count(*) FROM settled_row") == [(0,)]


def test_sequence_number_is_not_given_again_after_the_last_row_was_pruned(kiosk: Kiosk):
    kiosk.append(event(), event())
    with kiosk.database.transaction() as database:
        database.execute("DELETE FROM outbox")
    kiosk.append(event())
    assert kiosk.rows("SELECT seq FROM outbox") == [(3,)]


def test_row_repeats_how_its_item_is_written(kiosk: Kiosk):
    kiosk.append(event())
    ((item, *columns),) = kiosk.rows(
        "SELECT item, codec, dictionary, seal, attachments_pending FROM outbox"
    )
    header = SignedItem.decode(item).header
    assert columns == [header.codec, header.dictionary, header.seal, 0]


def test_queue_is_found_again_when_the_kiosk_restarts(tmp_path: Path):
    signer = DeviceSigner.generate()
    with make_kiosk(tmp_path, signer) as kiosk:
        queued, parked = kiosk.append(event("a"), event("b"))
        with kiosk.database.transaction() as database:
            kiosk.outbox.park(database, parked, "unknown-kind", "why", NOW)
    with make_kiosk(tmp_path, signer) as kiosk:
        assert kiosk.ids(ItemState.QUEUED) == [queued]
        assert kiosk.entry(parked).last_error_text == "why"


def test_file_is_private_and_tells_nothing(tmp_path: Path, kiosk: Kiosk):
    kiosk.append(event("r-0001"))
    EncryptedDatabase(tmp_path / "kiosk" / "new.db", KIOSK_KEY).close()
    for path in kiosk.database.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
        content = path.read_bytes()
        assert b"r-0001" not in content
        assert b"SQLite format" not in content


def test_full_disk_is_said_and_keeps_every_earlier_row(kiosk: Kiosk):
    before = kiosk.append(event())
    with kiosk.database.reading() as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    is_full = False
    while not is_full and len(before) < 200:
        try:
            before += kiosk.append(event(form={"x": "字" * 3000}))
        except DatabaseFull:
            is_full = True
    assert is_full
    assert kiosk.ids(ItemState.QUEUED) == before
    assert kiosk.database.check_integrity() == []


def test_damage_is_found_when_a_page_was_overwritten(tmp_path: Path):
    with make_kiosk(tmp_path) as kiosk:
        kiosk.append(*(event() for _ in range(20)))
    path = tmp_path / "kiosk.db"
    content = bytearray(path.read_bytes())
    content[3 * 4096 + 100 : 3 * 4096 + 200] = bytes(100)
    path.write_bytes(content)
    database = EncryptedDatabase(path, KIOSK_KEY)
    try:
        assert database.check_integrity() != []
    finally:
        database.close()


def test_other_key_does_not_open_the_file(tmp_path: Path):
    with make_kiosk(tmp_path):
        pass
    with pytest.raises(DatabaseDamaged):
        EncryptedDatabase(tmp_path / "kiosk.db", bytes(32))


def test_sqlite_that_can_corrupt_a_wal_is_refused():
    assert_safe_sqlite()
    with pytest.raises(UnsafeSqlite):
        assert_safe_sqlite((3, 51, 2))


_ENQUEUER = """
import sys
from pathlib import Path
from sync.signing import DeviceSigner
from tests.sync.sync_parts import make_kiosk, event
folder, when = Path(sys.argv[1]), sys.argv[2]
def say(word):
    sys.stdout.write(word + "\\n"); sys.stdout.flush(); sys.stdin.readline()
with make_kiosk(folder, DeviceSigner(bytes(32))) as kiosk:
    with kiosk.database.transaction() as database:
        kiosk.outbox.append(database, event())
        database.execute("INSERT INTO settled_row VALUES ('business')")
        if when == "before":
            say("open")
    say("committed")
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX; Windows ends processes otherwise")
@pytest.mark.parametrize(
    ("when", "word", "rows"), [("before", "open", 0), ("after", "committed", 1)]
)
def test_killed_process_leaves_all_or_nothing(tmp_path: Path, when: str, word: str, rows: int):
    process = subprocess.Popen(
        [sys.executable, "-c", _ENQUEUER, str(tmp_path), when],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == word
        process.send_signal(signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
    signer = DeviceSigner(bytes(32))
    with make_kiosk(tmp_path, signer) as kiosk:
        assert kiosk.rows("SELECT count(*) FROM settled_row") == [(rows,)]
        items = kiosk.rows("SELECT item FROM outbox")
        assert len(items) == rows
        for (item,) in items:
            assert SignedItem.decode(item).open(Verifier(signer.public_key)).seq == 1
        assert kiosk.database.check_integrity() == []
