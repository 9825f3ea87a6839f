"""The centre's keyring beside the queue that is sealed with it."""

from sqlite_utils import Database


def keyring(database: Database) -> None:
    """Add the one row that holds the newest document; ``centre_key`` of the first tables was never used."""
    database.execute("DROP TABLE centre_key")
    database.execute(
        """CREATE TABLE centre_keyring (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), serial INTEGER NOT NULL, document BLOB NOT NULL,
            anchor TEXT NOT NULL, received_at TEXT NOT NULL)"""
    )
