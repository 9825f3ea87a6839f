"""The device's tables for files: what there is, its sealed chunks, and which events name it."""

from sqlite_utils import Database

_TABLES = (
    # state: queued until the centre has signed that it holds the whole file; parked needs a person.
    # held: sealed bytes that the centre held when it last said so; a hint for progress, never trusted for sending.
    # asked_at: the centre's time when it first said so.
    """CREATE TABLE IF NOT EXISTS blob (
        blob_no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
        secret BLOB NOT NULL, created_at TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'parked')),
        held INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
        not_before_mono_ms INTEGER, not_before_boot TEXT, last_error_code TEXT NOT NULL DEFAULT '',
        asked_at TEXT, settled_at TEXT)""",
    "CREATE INDEX IF NOT EXISTS blob_waiting ON blob (size, blob_no) WHERE state = 'queued'",
    # With its rowid: 64 KiB rows stay out of the index.
    """CREATE TABLE IF NOT EXISTS blob_chunk (
        blob_no INTEGER NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (blob_no, number))""",
    # is_kept: the file may still be opened here for this event, as for a correction. The rowid keeps their order.
    # named_by: the later, sealed event that told the centre of the files of an unsealed one.
    """CREATE TABLE IF NOT EXISTS blob_claim (
        event_id TEXT NOT NULL, blob_no INTEGER NOT NULL, media_type TEXT NOT NULL,
        is_kept INTEGER NOT NULL DEFAULT 1, named_by TEXT NOT NULL DEFAULT '', PRIMARY KEY (event_id, blob_no))""",
    "CREATE INDEX IF NOT EXISTS blob_claim_by_blob ON blob_claim (blob_no)",
)


def make_blob_tables(database: Database) -> None:
    """Make the tables; the kiosk's own migration needs them before the queue's comes."""
    for statement in _TABLES:
        database.execute(statement)
