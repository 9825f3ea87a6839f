"""Step 3: the order of sending stands in the rows, so that a queue of any size is not sorted for every batch."""

from sqlite_utils import Database

from sync.queue_order import rebuild


def outbox_scale(database: Database) -> None:
    """Widen ``outbox`` by what ``queue_order`` keeps, by why an event is parked, and by when its bytes were erased."""
    statements = (
        "ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0",
        # Empty for nearly all: then it costs one byte of the row and none of the index's key.
        "ALTER TABLE outbox ADD COLUMN hold TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN hold_until_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE outbox ADD COLUMN park_reason TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN erased_at TEXT",
        "UPDATE outbox SET park_reason = 'refused' WHERE state = 'parked'",
        # SQLite puts the rowid, which is seq, behind every index's columns by itself.
        "CREATE INDEX outbox_order ON outbox (hold, urgency) WHERE state = 'queued'",
        "DROP INDEX outbox_waiting",
        "CREATE INDEX outbox_waiting ON outbox (subject) WHERE state = 'queued'",
        # Not touched by an enqueue: what was acknowledged and can still be sent again.
        """CREATE INDEX outbox_kept ON outbox (settled_at)
            WHERE state = 'acknowledged' AND erased_at IS NULL""",
    )
    for statement in statements:
        database.execute(statement)
    # Waits do not outlive an update: at worst an event is sent a quarter of an hour early.
    rebuild(database, boot_id="")
