"""Of whom no model of face or voice can be made, and which staff member recorded it."""

from sqlite_utils import Database


def biometric_exemptions(database: Database) -> None:
    """Make the table."""
    database.execute(
        """CREATE TABLE biometric_exemption (
            resident_id TEXT NOT NULL, factor TEXT NOT NULL CHECK (factor IN ('face', 'voice')),
            recorded_by TEXT NOT NULL, recorded_at TEXT NOT NULL, PRIMARY KEY (resident_id, factor)) WITHOUT ROWID"""
    )
