"""Staff of the machine, and counts of what may not be guessed endlessly."""

from sqlite_utils import Database


def staff_and_attempts(database: Database) -> None:
    """Make the tables."""
    statements = (
        """CREATE TABLE staff (
            staff_number TEXT PRIMARY KEY, salt BLOB NOT NULL, verifier BLOB NOT NULL, cost INTEGER NOT NULL,
            added_at TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE attempt_count (
            kind TEXT NOT NULL, subject TEXT NOT NULL, failures INTEGER NOT NULL, since TEXT, rests INTEGER NOT NULL,
            locked_at TEXT, PRIMARY KEY (kind, subject)) WITHOUT ROWID""",
    )
    for statement in statements:
        database.execute(statement)
