"""Consent to the face check: separate, recorded, refusable without a disadvantage."""

from dataclasses import dataclass
from datetime import datetime

FACE_CHECK_NOTICE_VERSION = 1
"""Raised whenever the text of the consent page changes its meaning."""


@dataclass(frozen=True, slots=True)
class FaceCheckConsent:
    """One answer of one resident in one visit."""

    resident_id: str
    is_granted: bool
    notice_version: int
    answered_at: datetime
    """Aware, UTC."""
