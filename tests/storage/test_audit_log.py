"""The audit log can only grow, and whoever changes it behind the kiosk's back is found out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.database import open_kiosk_database
from sync.sqlcipher import EncryptedDatabase
from tests.storage.states import ACCEPTED


@pytest.fixture
def database(state: Path) -> Iterator[EncryptedDatabase]:
    opened = open_kiosk_database(state, "file")
    yield opened
    opened.close()


def tamper(database: EncryptedDatabase, statement: str) -> int | None:
    """What somebody with the key and without the triggers could do; then look at the chain."""
    with database.transaction() as raw:
        raw.execute("DROP TRIGGER audit_is_append_only_update")
        raw.execute("DROP TRIGGER audit_is_append_only_delete")
        raw.execute(statement)
        return first_broken_link(raw)


def test_chain_is_whole_when_nobody_touched_it(database: EncryptedDatabase) -> None:
    with database.reading() as raw:
        assert raw.execute("SELECT count(*) FROM audit").fetchone()[0] == ACCEPTED
        assert first_broken_link(raw) is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET details = replace(details, 'pension', 'Pension') WHERE audit_no = 7", 7),
        ("UPDATE audit SET at = '2020-01-01T00:00:00.000+00:00' WHERE audit_no = 1", 1),
        ("UPDATE audit SET subject = 'somebody else' WHERE audit_no = 30", 30),
        ("UPDATE audit SET kind = kind || ' ' WHERE audit_no = 12", 12),
        ("UPDATE audit SET hash = upper(hash) WHERE audit_no = 5", 5),
        ("UPDATE audit SET previous_hash = hash WHERE audit_no = 9", 9),
        ("DELETE FROM audit WHERE audit_no = 1", 1),
        ("DELETE FROM audit WHERE audit_no = 15", 15),
        ("DELETE FROM audit WHERE audit_no >= 29", 29),
        ("DELETE FROM audit", 1),
    ],
)
def test_tampering_is_found_at_its_row(
    statement: str, found: int, database: EncryptedDatabase
) -> None:
    assert tamper(database, statement) == found


def test_two_rows_that_changed_places_are_found(database: EncryptedDatabase) -> None:
    statement = (
        "UPDATE audit SET audit_no = CASE audit_no WHEN 4 THEN -5 WHEN 5 THEN -4 ELSE audit_no END"
    )
    assert tamper(database, statement) == 1
    with database.transaction() as raw:
        raw.execute("UPDATE audit SET audit_no = -audit_no WHERE audit_no < 0")
        assert first_broken_link(raw) == 4


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET kind = 'x' WHERE audit_no = 3", "DELETE FROM audit"]
)
def test_change_fails_loudly_when_a_bug_tries_one(
    statement: str, database: EncryptedDatabase
) -> None:
    with (
        pytest.raises(dbapi2.IntegrityError, match="append-only"),
        database.transaction() as raw,
    ):
        raw.execute(statement)
    with database.reading() as raw:
        assert raw.execute("SELECT count(*) FROM audit").fetchone()[0] == ACCEPTED
