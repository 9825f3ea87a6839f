"""Consent to the face check and, apart from it, to the voice check: recorded, refusable without a disadvantage."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta


class ConsentKind(enum.Enum):
    """What is agreed to; one says nothing of the other."""

    FACE = "face"
    VOICE = "voice"


FACE_CHECK_NOTICE_VERSION = 1
"""Raised whenever the text of the consent page changes its meaning."""

VOICE_CHECK_NOTICE_VERSION = 1
"""The same for the page of the voice."""

GOOD_FOR = timedelta(days=365)
"""A consent is not asked for at every visit of a year, and never taken for granted longer: as the certification."""


@dataclass(frozen=True, slots=True)
class BiometricConsent:
    """One answer of one resident in one visit."""

    resident_id: str
    is_granted: bool
    notice_version: int
    answered_at: datetime
    """Aware, UTC."""
    is_enrolment: bool = False
    """Given to staff who enrolled; the kiosk asks for its own all the same."""
    kind: ConsentKind = ConsentKind.FACE

    def is_on_file(self, now: datetime) -> bool:
        """Whether the resident need not be asked again: granted here, to the same words, not too long ago."""
        is_recent = timedelta(0) <= now - self.answered_at <= GOOD_FOR
        return self.is_granted and self.notice_version == notice_version(self.kind) and is_recent


def notice_version(kind: ConsentKind) -> int:
    """Which words are asked for now."""
    return FACE_CHECK_NOTICE_VERSION if kind is ConsentKind.FACE else VOICE_CHECK_NOTICE_VERSION
