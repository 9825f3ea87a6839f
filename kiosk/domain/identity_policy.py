"""How much proof of identity a service needs, and what the evidence of a visit amounts to.

A face match without liveness counts as one factor only: a printed photo can pass it. Two factors of different
kinds make a resident verified; PIN and card are two, because the card itself checks the PIN.

Face and voice may stand alone, without a second factor, where the calibration data show that strangers pass more
rarely than the target of the level. A target that no data show is not reached by asking for a higher score: then they
stay one factor, and the second is asked for.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.attestation import Attestation


class Factor(enum.Enum):
    """One proof, by what it rests on."""

    CARD = "card"
    """Something the resident has."""
    PIN = "pin"
    """Something the resident knows."""
    FACE = "face"
    """Something the resident is."""
    VOICE = "voice"
    """The same, told by random digits that are read aloud."""


BIOMETRIC = frozenset({Factor.FACE, Factor.VOICE})
"""One kind of proof: a face and a voice make two only where the calibration data show what they are worth together."""


class Assurance(enum.IntEnum):
    """Identity assurance, as the service catalogue's column "who"."""

    NOBODY = 0
    CLAIMED = 1
    VERIFIED = 2
    STRONG = 3


TARGET_FAR: Mapping[Assurance, float] = {Assurance.VERIFIED: 1e-3, Assurance.STRONG: 1e-5}
"""How rarely a stranger may pass by face and voice alone, per attempt; the bound that data show has to lie below."""

FACTORS_OF: Mapping[Assurance, int] = {Assurance.VERIFIED: 2, Assurance.STRONG: 3}
"""How many proofs face and voice replace when they stand alone at a level."""


@dataclass(frozen=True, slots=True)
class DemonstratedThreshold:
    """A threshold together with what shows that it is strict enough; there is no other kind."""

    llr: float
    """Natural logarithm; the evidence of face and voice, added."""
    target_far: float
    far_bound: float
    """The FAR is below it with 95 % confidence."""
    dataset: str
    """Which set shows it."""

    def __post_init__(self) -> None:
        if not 0.0 < self.far_bound <= self.target_far < 1.0:
            raise ValueError("the data do not show that this threshold meets its target")


def biometric_assurance(
    llr: float,
    thresholds: Mapping[Assurance, DemonstratedThreshold | None],
    *,
    is_live: bool,
) -> Assurance:
    """Which level face and voice reach alone; NOBODY where they are one factor among others, or nothing.

    Args:
        llr: the evidence of face and voice, added; what is missing counts 0.
        thresholds: by level; None where the data show none.
        is_live: presentation attack detection has passed: no score makes up for it.
    """
    if not is_live:
        return Assurance.NOBODY
    reached = [
        level
        for level, target in TARGET_FAR.items()
        if (shown := thresholds.get(level)) is not None
        and shown.target_far <= target
        and llr >= shown.llr
    ]
    return max(reached, default=Assurance.NOBODY)


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
    biometric: Assurance = Assurance.NOBODY
    """What face and voice reach alone, see ``biometric_assurance``."""
    attestation: Attestation | None = None
    """Staff answer for the person; it is no proof and raises no assurance."""
    exempt: frozenset[Factor] = frozenset()
    """What no model can be made of; never asked for."""
    refused_by: str = ""
    """Number of the staff member who said that it is somebody else."""

    def is_attested(self, needed: int) -> bool:
        """Whether so many different staff members answer for the person."""
        return self.attestation is not None and len(set(self.attestation.staff)) >= needed

    @property
    def may_be_shown(self) -> bool:
        """Whether what belongs to the person alone may be shown: a typed number by itself opens nothing."""
        return bool(self.factors or self.attestation) and not self.refused_by

    @property
    def weight(self) -> int:
        """How many proofs it amounts to: the kinds of factors, or as many as face and voice alone replace."""
        kinds = len(self.factors - BIOMETRIC) + bool(self.factors & BIOMETRIC)
        return max(kinds, FACTORS_OF.get(self.biometric, 0))

    @property
    def assurance(self) -> Assurance:
        """The level that the proofs reach."""
        if self.weight >= 3:
            return Assurance.STRONG
        if self.weight == 2:
            return Assurance.VERIFIED
        return Assurance.CLAIMED if self.has_claim or self.factors else Assurance.NOBODY


class NextProof(enum.Enum):
    """What to ask for next."""

    NOTHING = "nothing"
    FACE = "face"
    CARD = "card"
    PIN = "pin"
    VOICE = "voice"
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
    voice: bool = False
    """Microphone, models and a figure of what the voice is worth are there, a template is enrolled, consent is not
    refused, tries are left."""
    voice_adds: bool = False
    """The calibration can show that a face and a voice together are enough, where the face alone was not."""


def next_proof(evidence: Evidence, required_factors: int, ways: Ways) -> NextProof:
    """Choose the next proof: the face first, then the voice (nothing to remember), then the card, then its PIN.

    The voice stands in for a face that is not there or was not known; both are asked for only where the calibration
    shows that together they are more than one proof, and only when nothing else is left.
    """
    proved = evidence.factors
    if evidence.weight >= required_factors:
        return NextProof.NOTHING
    if not proved & BIOMETRIC:
        if ways.face:
            return NextProof.FACE
        if ways.voice:
            return NextProof.VOICE
    if Factor.CARD not in proved:
        return NextProof.CARD if ways.card else _last_way(evidence, ways)
    if ways.pin and ways.card and Factor.PIN not in proved:
        return NextProof.PIN
    return _last_way(evidence, ways)


def _last_way(evidence: Evidence, ways: Ways) -> NextProof:
    is_wanted = ways.voice and ways.voice_adds and Factor.VOICE not in evidence.factors
    return NextProof.VOICE if is_wanted else NextProof.NO_WAY_LEFT
