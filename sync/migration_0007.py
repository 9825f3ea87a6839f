"""The device's later signing keys."""

from sqlite_utils import Database


def device_keys(database: Database) -> None:
    """Add the table; it is empty until a key is changed for the first time."""
    database.execute(
        """CREATE TABLE device_key (
            number INTEGER PRIMARY KEY, seed BLOB NOT NULL, first_seq INTEGER NOT NULL, made_at TEXT NOT NULL,
            announced_at TEXT NOT NULL DEFAULT '')"""
    )
