"""The tables of migration 0005: what the device knows of its bundles and of the centre's reports."""

from sqlite_utils import Database

_STATEMENTS = (
    # AUTOINCREMENT: a bundle's serial number never comes twice. ranges is JSON: [[first, last], …] of sequence numbers;
    # files is JSON too: numbers of blobs.
    """CREATE TABLE courier_bundle (
        serial INTEGER PRIMARY KEY AUTOINCREMENT,
        bundle TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        label TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'writing' CHECK (state IN ('writing', 'written', 'failed')),
        items INTEGER NOT NULL,
        ranges TEXT NOT NULL,
        files TEXT NOT NULL DEFAULT '[]',
        size INTEGER NOT NULL DEFAULT 0,
        manifest_digest TEXT NOT NULL DEFAULT '',
        arrived_at TEXT,
        error_code TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE courier_custody (
        bundle TEXT NOT NULL, van TEXT NOT NULL, since TEXT NOT NULL, receipt BLOB NOT NULL,
        PRIMARY KEY (bundle, van)) WITHOUT ROWID""",
    # The newest report that was taken in; an older one may add to what is settled, never take back.
    """CREATE TABLE courier_report (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        epoch TEXT NOT NULL, made_at TEXT NOT NULL, received_at TEXT NOT NULL)""",
    # Lives of the centre that are over: what was signed in them settles nothing any more. A trigger, so that it does
    # not matter who learns of the new one, and by which path.
    "CREATE TABLE courier_past_epoch (epoch TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE TRIGGER courier_epoch_is_past AFTER UPDATE ON sync_cursor
        WHEN old.name = 'epoch' AND old.value <> new.value
        BEGIN
            INSERT OR IGNORE INTO courier_past_epoch VALUES (old.value);
        END""",
)


def courier_tables(database: Database) -> None:
    """Make them."""
    for statement in _STATEMENTS:
        database.execute(statement)
