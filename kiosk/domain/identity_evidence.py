"""What a biometric comparison says, before any policy: a similarity, and how much it weighs as evidence."""

import enum
import math
from dataclasses import dataclass


class Modality(enum.Enum):
    """What of a person was compared."""

    FACE = "face"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Score:
    """One comparison as an engine gives it."""

    engine_id: str
    """The engine with its version; scores of two engines are never compared."""
    similarity: float
    """Greater is more alike; an engine that measures a distance gives minus the distance."""
    template_samples: int = 1
    """How many samples the template was made of. Strangers too come nearer to a mean of several than to a single one,
    so what was measured with one number says nothing of another."""


@dataclass(frozen=True, slots=True)
class BiometricEvidence:
    """A calibrated comparison."""

    modality: Modality
    engine_id: str
    llr: float
    """Natural logarithm of how much likelier the score is of the claimed person than of another; 0 says nothing."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.llr):
            # An infinite one would outvote everything else.
            raise ValueError("a log-likelihood ratio must be finite")
