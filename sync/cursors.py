"""How far this kiosk has read the centre's feeds, and which of the centre's lives it read."""

from sqlite_utils import Database

DECISIONS = "decisions"
ROSTER = "roster"
CATALOGUE = "catalogue"
EPOCH = "epoch"
CONFIRMED = "confirmed_at"
"""The centre's time when it last told, under its present epoch, what it holds of this device."""


def read_cursor(database: Database, name: str) -> int:
    """The last change number that was taken in; 0 before the first."""
    stored = read_text(database, name)
    return int(stored) if stored else 0


def read_text(database: Database, name: str) -> str:
    """A stored value; empty when there is none."""
    row = database.execute("SELECT value FROM sync_cursor WHERE name = ?", [name]).fetchone()
    return str(row[0]) if row else ""


def store(database: Database, name: str, value: int | str) -> None:
    """Write a value in the open transaction."""
    database.execute(
        "INSERT INTO sync_cursor VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, str(value)],
    )
