"""Templates in sealed rows. The plain ones wait in a table of their own for ``seal_plain_templates``.

A migration has no keys of this machine, so the first start with them seals what an older version left.
"""

from sqlite_utils import Database

_ROWS = """(
    resident_id TEXT PRIMARY KEY, engine_id TEXT NOT NULL, sealed BLOB NOT NULL, anchor BLOB NOT NULL,
    enrolled_at TEXT NOT NULL, changed_at TEXT NOT NULL) WITHOUT ROWID"""


def sealed_templates(database: Database) -> None:
    """Set the plain rows aside and make the tables of sealed ones."""
    database.execute("ALTER TABLE face_template RENAME TO face_template_plain")
    database.execute(f"CREATE TABLE face_template {_ROWS}")
    database.execute(f"CREATE TABLE voice_template {_ROWS}")
