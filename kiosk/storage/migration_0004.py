"""Drafts, sealed to their owners, and the definitions that they were begun with."""

from sqlite_utils import Database


def drafts(database: Database) -> None:
    """Make the tables."""
    for statement in (
        """CREATE TABLE draft (
            owner_tag TEXT NOT NULL, service_id TEXT NOT NULL, definition_digest TEXT NOT NULL, sealed BLOB NOT NULL,
            kept_at TEXT NOT NULL, expires_at TEXT NOT NULL, PRIMARY KEY (owner_tag, service_id)) WITHOUT ROWID""",
        "CREATE INDEX draft_by_expiry ON draft (expires_at)",
        """CREATE TABLE draft_photo (
            owner_tag TEXT NOT NULL, service_id TEXT NOT NULL, sha256 TEXT NOT NULL, sealed BLOB NOT NULL,
            PRIMARY KEY (owner_tag, service_id, sha256))""",
        """CREATE TABLE definition (
            digest TEXT PRIMARY KEY, service_id TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL
            ) WITHOUT ROWID""",
    ):
        database.execute(statement)
