"""What the way down keeps on the device."""

from sqlite_utils import Database


def pull(database: Database) -> None:
    """Add the tables."""
    statements = (
        # The centre's last signed time, and where the device's clocks stood then.
        """CREATE TABLE centre_clock (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), centre_time TEXT NOT NULL,
            boot_id TEXT NOT NULL, monotonic_ms INTEGER NOT NULL)""",
        # How far a feed was read, and of what; pass counts the readings from its beginning.
        """CREATE TABLE feed_state (
            feed TEXT PRIMARY KEY, scope TEXT NOT NULL, pass INTEGER NOT NULL, is_whole INTEGER NOT NULL,
            as_of TEXT NOT NULL, read_at TEXT NOT NULL) WITHOUT ROWID""",
        # What came by a feed: whatever a reading from the beginning did not name is no longer the centre's.
        """CREATE TABLE feed_row (
            feed TEXT NOT NULL, key TEXT NOT NULL, pass INTEGER NOT NULL, PRIMARY KEY (feed, key)) WITHOUT ROWID""",
        # The centre's documents as they came, and whether this device goes by them.
        """CREATE TABLE published_document (
            kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (kind, name)) WITHOUT ROWID""",
        """CREATE TABLE accepted_document (
            kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (kind, name)) WITHOUT ROWID""",
    )
    for statement in statements:
        database.execute(statement)
