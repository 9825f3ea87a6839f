"""The anonymous score log; its key is random, so that the order of lines tells nothing."""

from sqlite_utils import Database


def score_log(database: Database) -> None:
    """Make the table."""
    database.execute(
        """CREATE TABLE score_log (
            line_id BLOB PRIMARY KEY, day TEXT NOT NULL, engine_id TEXT NOT NULL, similarity REAL,
            kind TEXT NOT NULL, age_band TEXT NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID"""
    )


def modality_of_scores(database: Database) -> None:
    """Tell faces from voices; what was logged before is of faces."""
    database.execute("ALTER TABLE score_log ADD COLUMN modality TEXT NOT NULL DEFAULT 'face'")
