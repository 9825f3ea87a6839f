"""What the way down keeps on the device: the centre's last signed time."""

from sqlite_utils import Database


def pull(database: Database) -> None:
    """Add the tables."""
    database.execute(
        """CREATE TABLE centre_clock (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), centre_time TEXT NOT NULL,
            boot_id TEXT NOT NULL, monotonic_ms INTEGER NOT NULL)"""
    )
