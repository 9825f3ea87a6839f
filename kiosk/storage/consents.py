"""Answers to the consent page in their table."""

from sqlite_utils import Database

from kiosk.domain.consent import FaceCheckConsent
from kiosk.storage.rows import moment_text


def add_consent(database: Database, consent: FaceCheckConsent) -> None:
    """Store one answer to the consent page."""
    database.execute(
        "INSERT INTO consent (resident_id, kind, is_granted, notice_version, answered_at) VALUES (?, 'face', ?, ?, ?)",
        [
            consent.resident_id,
            int(consent.is_granted),
            consent.notice_version,
            moment_text(consent.answered_at),
        ],
    )
