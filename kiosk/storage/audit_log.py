"""An append-only audit log, each entry chained to the one before it by SHA-256."""

import hashlib
from datetime import datetime

from sqlite_utils import Database

from kiosk.services.store import AuditEntry
from kiosk.storage.rows import to_json

GENESIS = "0" * 64


def _chain_hash(previous: str, at: str, kind: str, subject: str, details: str) -> str:
    # Length-prefixed, so that no two different entries share one byte string.
    parts = (previous, at, kind, subject, details)
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def append_audit(database: Database, entry: AuditEntry, at: datetime) -> None:
    """Append one entry inside the caller's transaction."""
    row = database.execute("SELECT hash FROM audit ORDER BY audit_no DESC LIMIT 1").fetchone()
    previous = row[0] if row else GENESIS
    moment = at.isoformat(timespec="milliseconds")
    details = to_json(entry.details)
    database.execute(
        "INSERT INTO audit (at, kind, subject, details, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?)",
        [
            moment,
            entry.kind,
            entry.subject,
            details,
            previous,
            _chain_hash(previous, moment, entry.kind, entry.subject, details),
        ],
    )


def first_broken_link(database: Database) -> int | None:
    """The number of the first entry that was changed or taken out, or None when the chain is whole."""
    previous = GENESIS
    expected = 1
    for number, at, kind, subject, details, linked, own in database.execute(
        "SELECT audit_no, at, kind, subject, details, previous_hash, hash FROM audit ORDER BY audit_no"
    ):
        is_whole = number == expected and linked == previous
        if not is_whole or own != _chain_hash(previous, at, kind, subject, details):
            return expected
        previous = own
        expected += 1
    # AUTOINCREMENT remembers the last number ever given, so that entries missing at the end are seen too.
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return expected if row and row[0] >= expected else None
