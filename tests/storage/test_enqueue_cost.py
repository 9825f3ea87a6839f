"""What one accepted request costs the database, in numbers that do not depend on the machine.

Who needs more of them should know what for: they are most of what stands between a kiosk and its disk's own speed.
"""

import os
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from sync.central.admin import CentralAdmin
from sync.keyring_store import KeyringStore
from sync.signing import Verifier
from sync.sqlite_outbox import SqliteOutbox
from tests.crash.kiosk_parts import Kiosk, open_kiosk

STATEMENTS = 16
"""BEGIN and COMMIT with them. Two are for the answers and the definition, which the benchmark's request has not."""
PAGES = 14
"""Written for one request, mean of many: twelve trees grow by a row, and now and then by a page. 13.1 were measured."""
_WAL_HEADER, _FRAME_HEADER = 32, 24


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    """One that was never started before, seals its events, and has accepted some requests."""
    with CentralAdmin(tmp_path / "centre", "file") as centre:
        key, keyring = centre.centre_public_key(), centre.keyring()
    with open_kiosk(tmp_path) as made:
        with made.encrypted.transaction() as raw:
            KeyringStore(Verifier(key)).take(raw, keyring, datetime.now(UTC))
        made.outbox = SqliteOutbox("dev-0007", made.signer, centre_key=key)
        made.store = type(made.store)(made.encrypted, made.outbox, made.store.clock, 0)
        for _ in range(5):
            made.submit()
        yield made


def test_no_statement_is_compiled_again(kiosk: Kiosk) -> None:
    compiled: list[int] = []

    def note(action: int, *_names: str | None) -> int:
        compiled.append(action)
        return int(dbapi2.SQLITE_OK)

    with kiosk.encrypted.reading() as raw:
        # SQLite asks an authorizer when it compiles, and never else; a new one lets it compile everything once more.
        raw.conn.set_authorizer(note)
    kiosk.submit()
    assert compiled
    compiled.clear()
    for _ in range(3):
        kiosk.submit()
    assert compiled == []


def test_request_takes_few_statements(kiosk: Kiosk) -> None:
    statements: list[str] = []
    with kiosk.encrypted.reading() as raw:
        raw.conn.set_trace_callback(statements.append)
    kiosk.submit()
    assert len(statements) == STATEMENTS, "\n".join(text[:80] for text in statements)
    assert not [text for text in statements if text.startswith(("PRAGMA", "SAVEPOINT"))]


def test_request_writes_few_pages(kiosk: Kiosk, tmp_path: Path) -> None:
    wal = tmp_path / "state" / "kiosk.db-wal"
    with kiosk.encrypted.reading() as raw:
        raw.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for _ in range(60):
        kiosk.submit()
    (page_bytes,) = struct.unpack(">8xI", wal.read_bytes()[:12])
    frames = (wal.stat().st_size - _WAL_HEADER) / (_FRAME_HEADER + page_bytes)
    assert frames / 60 < PAGES


def test_only_the_commit_waits_for_the_disk(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    kiosk.submit()
    assert flushed == []
    with kiosk.encrypted.reading() as raw:
        assert raw.execute("PRAGMA synchronous").fetchone() == (2,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
