"""The kiosk's own tables. A migration is never edited after a release; a new one is added."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from kiosk.storage import (
    migration_0002,
    migration_0003,
    migration_0004,
    migration_0005,
    migration_exemptions,
    migration_score_log,
    migration_staff,
    migration_templates,
)

KIOSK_MIGRATIONS = Migrations("kiosk")


@KIOSK_MIGRATIONS(name="0001_first_tables")
def _first_tables(database: Database) -> None:
    statements = (
        """CREATE TABLE resident (
            resident_id TEXT PRIMARY KEY, citizen_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            region_code TEXT NOT NULL, certified_until TEXT, as_of TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE roster_state (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), as_of TEXT NOT NULL)""",
        """CREATE TABLE face_template (
            resident_id TEXT PRIMARY KEY, engine_id TEXT NOT NULL, vectors BLOB NOT NULL, enrolled_at TEXT NOT NULL
            ) WITHOUT ROWID""",
        """CREATE TABLE consent (
            consent_no INTEGER PRIMARY KEY AUTOINCREMENT, resident_id TEXT NOT NULL, kind TEXT NOT NULL,
            is_granted INTEGER NOT NULL, notice_version INTEGER NOT NULL, answered_at TEXT NOT NULL)""",
        """CREATE TABLE service_request (
            request_id TEXT PRIMARY KEY, resident_id TEXT NOT NULL, service_id TEXT NOT NULL,
            service_version INTEGER NOT NULL, service_digest TEXT NOT NULL, receipt_number TEXT NOT NULL UNIQUE,
            accepted_at TEXT NOT NULL, assurance INTEGER NOT NULL, is_provisional INTEGER NOT NULL,
            state TEXT NOT NULL, delivered_at TEXT, decided_at TEXT, decision_code TEXT NOT NULL DEFAULT '',
            decision_text TEXT NOT NULL DEFAULT '') WITHOUT ROWID""",
        "CREATE INDEX service_request_by_resident ON service_request (resident_id, accepted_at DESC)",
        """CREATE TABLE receipt_counter (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), last_used INTEGER NOT NULL)""",
        "INSERT INTO receipt_counter VALUES (1, 0)",
        """CREATE TABLE audit (
            audit_no INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
            details TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL)""",
        # Audit rows are only ever added; a bug that tries anything else must fail loudly.
        """CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
        """CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
        """CREATE TABLE device_secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID""",
    )
    for statement in statements:
        database.execute(statement)


KIOSK_MIGRATIONS(name="0002_roster_record")(migration_0002.roster_record)
KIOSK_MIGRATIONS(name="0003_print_jobs")(migration_0003.print_jobs_and_receipt_blocks)
KIOSK_MIGRATIONS(name="0004_drafts")(migration_0004.drafts)
KIOSK_MIGRATIONS(name="0005_attachment_chunks")(migration_0005.attachment_chunks)
KIOSK_MIGRATIONS(name="0006_score_log")(migration_score_log.score_log)
KIOSK_MIGRATIONS(name="0007_sealed_templates")(migration_templates.sealed_templates)
KIOSK_MIGRATIONS(name="0008_staff")(migration_staff.staff_and_attempts)
KIOSK_MIGRATIONS(name="0009_biometric_exemptions")(migration_exemptions.biometric_exemptions)
KIOSK_MIGRATIONS(name="0010_modality_of_scores")(migration_score_log.modality_of_scores)
