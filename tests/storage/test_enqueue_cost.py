"""What one accepted request costs the database, in numbers that do not depend on the machine."""

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
        return dbapi2.SQLITE_OK

    with kiosk.encrypted.reading() as raw:
        # SQLite asks an authorizer when it compiles, and never else; a new one lets it compile everything once more.
        raw.conn.set_authorizer(note)
    kiosk.submit()
    assert compiled
    compiled.clear()
    for _ in range(3):
        kiosk.submit()
    assert compiled == []
