"""How much proof of identity a service needs, and what the evidence of a visit amounts to.

A face match without liveness counts as one factor only: a printed photo can pass it. Two factors of different
kinds make a resident verified; PIN and card are two, because the card itself checks the PIN.
"""

import enum
from dataclasses import dataclass


class Factor(enum.Enum):
    """One proof, by what it rests on."""

    CARD = "card"
    """Something the resident has."""
    PIN = "pin"
    """Something the resident knows."""
    FACE = "face"
    """Something the resident is."""


class Assurance(enum.IntEnum):
    """Identity assurance, as the service catalogue's column "who"."""

    NOBODY = 0
    CLAIMED = 1
    VERIFIED = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a visit has proved so far."""

    has_claim: bool = False
    """A number of the roster was given and confirmed by the person."""
    factors: frozenset[Factor] = frozenset()
    face_score: float | None = None
    """Comparison score of the accepted face, for the record; never an image."""
    face_engine: str = ""
    face_threshold: float | None = None

    @property
    def assurance(self) -> Assurance:
        """The level that the factors reach."""
        if len(self.factors) >= 3:
            return Assurance.STRONG
        if len(self.factors) == 2:
            return Assurance.VERIFIED
        return Assurance.CLAIMED if self.has_claim or self.factors else Assurance.NOBODY


class NextProof(enum.Enum):
    """What to ask for next."""

    NOTHING = "nothing"
    FACE = "face"
    CARD = "card"
    PIN = "pin"
    NO_WAY_LEFT = "no_way_left"
    """Serve now, decide later: a person verifies afterwards."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Which proofs this visit can still try."""

    face: bool
    """Camera and engine work, a template is enrolled, consent is not refused, tries are left."""
    card: bool
    """A reader is there and the resident has not said that the card is not at hand."""
    pin: bool
    """The card's PIN is neither locked nor forgotten."""


def next_proof(evidence: Evidence, required_factors: int, ways: Ways) -> NextProof:
    """Choose the next proof: the face first (nothing to remember), then the card, then its PIN."""
    proved = evidence.factors
    if len(proved) >= required_factors:
        return NextProof.NOTHING
    if ways.face and Factor.FACE not in proved:
        return NextProof.FACE
    if Factor.CARD not in proved:
        return NextProof.CARD if ways.card else NextProof.NO_WAY_LEFT
    if ways.pin and ways.card and Factor.PIN not in proved:
        return NextProof.PIN
    return NextProof.NO_WAY_LEFT
