"""Answers to the consent page in their table."""

from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.consent import BiometricConsent, ConsentKind
from kiosk.storage.rows import moment_text

_ENROLMENT = {ConsentKind.FACE: "enrolment", ConsentKind.VOICE: "voice_enrolment"}
"""How answers that staff took are stored; the kiosk's own bear the kind's name."""


def add_consent(database: Database, consent: BiometricConsent) -> None:
    """Store one answer to the consent page."""
    database.execute(
        "INSERT INTO consent (resident_id, kind, is_granted, notice_version, answered_at) VALUES (?, ?, ?, ?, ?)",
        [
            consent.resident_id,
            _ENROLMENT[consent.kind] if consent.is_enrolment else consent.kind.value,
            int(consent.is_granted),
            consent.notice_version,
            moment_text(consent.answered_at),
        ],
    )


def newest_consent(
    database: Database, resident_id: str, kind: ConsentKind
) -> BiometricConsent | None:
    """The resident's newest own answer to the consent page; None before the first."""
    row = database.execute(
        "SELECT is_granted, notice_version, answered_at FROM consent "
        "WHERE resident_id = ? AND kind = ? ORDER BY consent_no DESC LIMIT 1",
        [resident_id, kind.value],
    ).fetchone()
    if row is None:
        return None
    return BiometricConsent(
        resident_id, bool(row[0]), int(row[1]), datetime.fromisoformat(row[2]), kind=kind
    )
