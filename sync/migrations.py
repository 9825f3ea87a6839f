"""The queue's own tables. A migration is never edited after a release; a new one is added."""

from sync.sqlcipher import assert_safe_sqlite  # isort: skip  (must come before sqlite_utils)

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sync import (
    migration_0002,
    migration_0003,
    migration_0006,
    migration_0007,
    migration_0008,
)
from sync.blob_tables import make_blob_tables
from sync.courier.tables import courier_tables

SYNC_MIGRATIONS = Migrations("sync")


@SYNC_MIGRATIONS(name="0001_outbox")
def _outbox(database: Database) -> None:
    statements = (
        # codec, dictionary and seal repeat the item's header, for a search without opening items.
        # attachments_pending is unused (0) before attachments come; an event then waits for its last chunk.
        # AUTOINCREMENT: a sequence number is never given twice, also not after pruning.
        """CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            subject TEXT NOT NULL,
            kind TEXT NOT NULL,
            schema INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            created_wall TEXT NOT NULL,
            boot_id TEXT NOT NULL,
            monotonic_ms INTEGER NOT NULL,
            item BLOB NOT NULL,
            digest TEXT NOT NULL,
            codec TEXT NOT NULL DEFAULT 'json',
            dictionary TEXT,
            seal TEXT NOT NULL DEFAULT 'none',
            attachments_pending INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'acknowledged', 'parked')),
            attempts INTEGER NOT NULL DEFAULT 0,
            not_before_mono_ms INTEGER,
            not_before_boot TEXT,
            last_error_code TEXT NOT NULL DEFAULT '',
            last_error_text TEXT NOT NULL DEFAULT '',
            settled_at TEXT,
            server_seq INTEGER)""",
        # Only what still has to be sent is in this index, so it stays small for ever.
        "CREATE INDEX outbox_waiting ON outbox (subject, seq) WHERE state = 'queued'",
        "CREATE INDEX outbox_parked ON outbox (seq) WHERE state = 'parked'",
        """CREATE TABLE sync_cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE centre_key (
            key_id TEXT PRIMARY KEY, public_key BLOB NOT NULL, added_at TEXT NOT NULL) WITHOUT ROWID""",
        # A decision whose listener failed waits here, so that it holds up no other.
        """CREATE TABLE held_decision (
            event_id TEXT PRIMARY KEY, decision TEXT NOT NULL, last_error_code TEXT NOT NULL) WITHOUT ROWID""",
    )
    for statement in statements:
        database.execute(statement)


SYNC_MIGRATIONS(name="0002_keyring")(migration_0002.keyring)
SYNC_MIGRATIONS(name="0003_outbox_scale")(migration_0003.outbox_scale)
SYNC_MIGRATIONS(name="0004_blobs")(make_blob_tables)
SYNC_MIGRATIONS(name="0006_pull")(migration_0006.pull)
SYNC_MIGRATIONS(name="0005_courier")(courier_tables)
SYNC_MIGRATIONS(name="0007_device_keys")(migration_0007.device_keys)
SYNC_MIGRATIONS(name="0008_idle_files")(migration_0008.idle_files)


def apply_migrations(database: Database) -> None:
    """Bring the queue's tables up to date, each step in its own transaction.

    Raises:
        UnsafeSqlite: the linked SQLite can corrupt a WAL database.
    """
    assert_safe_sqlite()
    SYNC_MIGRATIONS.apply(database)
