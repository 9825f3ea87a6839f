"""Step 2: what the roster knows besides names, corrections, attachments, and the latest time ever seen."""

from sqlite_utils import Database

from sync import cursors


def roster_record(database: Database) -> None:
    """Widen ``resident`` and ``service_request``; add the tables beside them."""
    statements = (
        # Canonical JSON as the centre sent it, empty for nothing: a newer kiosk may read more of it.
        "ALTER TABLE resident ADD COLUMN record TEXT NOT NULL DEFAULT ''",
        # A JSON list of the form's questions at fault.
        "ALTER TABLE service_request ADD COLUMN decision_fields TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE service_request ADD COLUMN corrects TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE service_request ADD COLUMN corrected_by TEXT NOT NULL DEFAULT ''",
        """CREATE INDEX service_request_to_correct ON service_request (resident_id, decided_at)
            WHERE state = 'needs_correction' AND corrected_by = ''""",
        """CREATE TABLE request_form (
            request_id TEXT PRIMARY KEY, definition_digest TEXT NOT NULL, answers TEXT NOT NULL)""",
        # One picture may serve two requests or two questions. With its rowid, the bytes stay out of the index.
        """CREATE TABLE attachment (
            sha256 TEXT NOT NULL, request_id TEXT NOT NULL, field TEXT NOT NULL, media_type TEXT NOT NULL,
            bytes BLOB NOT NULL, size INTEGER NOT NULL, created_at TEXT NOT NULL,
            PRIMARY KEY (sha256, request_id, field))""",
        "CREATE INDEX attachment_by_request ON attachment (request_id)",
        # Apart, because only the centre's time can tell that this machine's clock once ran ahead.
        """CREATE TABLE clock_mark (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), device_at TEXT, centre_at TEXT)""",
        """INSERT INTO clock_mark SELECT 1, (SELECT max(accepted_at) FROM service_request),
            (SELECT as_of FROM roster_state)""",
    )
    for statement in statements:
        database.execute(statement)
    # The version before passed over the records; the centre sends them again only to one that asks from the start.
    if database["sync_cursor"].exists():
        cursors.store(database, cursors.ROSTER, 0)
