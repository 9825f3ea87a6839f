"""Consent to the face check: separate, recorded, refusable without a disadvantage."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FACE_CHECK_NOTICE_VERSION = 1
"""Raised whenever the text of the consent page changes its meaning."""


GOOD_FOR = timedelta(days=365)
"""A consent is not asked for at every visit of a year, and never taken for granted longer: as the certification."""


@dataclass(frozen=True, slots=True)
class FaceCheckConsent:
    """One answer of one resident in one visit."""

    resident_id: str
    is_granted: bool
    notice_version: int
    answered_at: datetime
    """Aware, UTC."""
    is_enrolment: bool = False
    """Given to staff who took the pictures; the kiosk asks for its own all the same."""

    def is_on_file(self, now: datetime) -> bool:
        """Whether the resident need not be asked again: granted here, to the same words, not too long ago."""
        is_recent = timedelta(0) <= now - self.answered_at <= GOOD_FOR
        return self.is_granted and self.notice_version == FACE_CHECK_NOTICE_VERSION and is_recent
