"""Step 8: since when a file has had no way to the centre left."""

from sqlite_utils import Database


def idle_files(database: Database) -> None:
    """Widen ``blob``; see ``blob_retention``."""
    database.execute("ALTER TABLE blob ADD COLUMN idle_since TEXT")
