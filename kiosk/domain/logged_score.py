"""One line of the anonymous score log: how a check of face or voice ended, and not whose it was or at what time."""

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality

KEPT_FOR = timedelta(days=365)
MOST_KEPT = 50_000
"""Lines; the oldest days go first."""
DECIMALS = 3
"""Of a similarity: enough for every curve, too few to know a line again."""


class ScoreKind(enum.Enum):
    """What is known about who was there."""

    CONFIRMED = "confirmed"
    """The claimed person's card lay on the reader besides."""
    CLAIM = "claim"
    """A number was typed; nothing else says who it was."""
    STRANGER = "stranger"
    """An accepted person's picture against the template of another resident: what a stranger would score."""


class ScoreOutcome(enum.Enum):
    """How it ended."""

    ACCEPTED = "accepted"
    NOT_MATCHED = "not_matched"
    NO_PICTURE = "no_picture"
    """No picture, or no sound, was good enough to be compared."""
    LEFT = "left"
    """The resident chose another way before the end."""
    NONE = "none"
    """No check of its own: of a stranger's comparison."""


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """No person, no time of day, nothing that joins it to another line."""

    day: date
    engine_id: str
    similarity: float | None
    """Greater is more alike; None when nothing was compared."""
    kind: ScoreKind
    age_band: AgeBand | None
    outcome: ScoreOutcome
    modality: Modality = Modality.FACE
