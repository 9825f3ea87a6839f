"""What a face check asks of liveness: is a living person in front of the camera, now.

A face check that has no liveness, or whose liveness is not shown, still counts as one factor: nobody is turned away for
a stiff neck. Only a face that became another one while it was being watched is refused.
"""

import enum
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from kiosk.services.ports import FaceObservation, Frame

Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""


class Motion(enum.Enum):
    """What a person may be asked to do. Left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    COME_CLOSER = "come_closer"


class Cue(enum.Enum):
    """What the page asks for. The value is the last part of the prompt id ``face.cue.…`` and the picture's name."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    COME_CLOSER = "come_closer"
    BEGIN = "motions_begin"
    """The face is recognised; a few motions follow."""
    LOOK_AHEAD = "look_ahead"
    """Between two motions: each begins from rest."""
    OTHER_MOTION = "other_motion"
    """A motion that was not asked for: look at the picture, we begin again."""
    WATCH_COLOURS = "watch_colours"


class LivenessReason(enum.Enum):
    """How the look for a living person ended; the value is for the log."""

    SHOWN = "shown"
    NOT_ASKED = "not_asked"
    """The settings, or a practice, want none."""
    NO_POINTS = "no_points"
    """The detector gives no eyes and nose to follow."""
    NOT_STILL = "not_still"
    """No moment of rest to measure motions from."""
    NO_ANSWER = "no_answer"
    """The motions that were asked for did not come in time."""
    WRONG_MOTION = "wrong_motion"
    """Others came, twice: as from a recording."""
    FACE_LOST = "face_lost"
    FACE_CHANGED = "face_changed"
    """Another face than the one that was recognised."""
    FROZEN = "frozen"
    """The camera gives the same picture again and again."""
    NO_REFLECTION = "no_reflection"
    """The face did not take on the colours of the screen, though the light was weak enough."""
    LOOKS_FLAT = "looks_flat"
    """The network takes it for a picture of a picture, and nothing else spoke against that."""


@dataclass(frozen=True, slots=True)
class LivenessVerdict:
    """The end of it."""

    reason: LivenessReason
    remarks: tuple[str, ...] = ()
    """For the log: what was skipped and why, and what the network said."""

    @property
    def is_live(self) -> bool:
        """Whether a living person was shown; everything else is no proof, but no accusation either."""
        return self.reason is LivenessReason.SHOWN

    @property
    def is_other_face(self) -> bool:
        """Whether the match says nothing any more."""
        return self.reason is LivenessReason.FACE_CHANGED


@dataclass(frozen=True, slots=True)
class LivenessView:
    """What the page shows and says."""

    cue: Cue
    turn: int
    """Grows with each new instruction: the same one again is said again."""
    progress: float
    """0 to 1."""
    colour: Colour | None = None
    """What the screen shines with now."""


class Liveness(Protocol):
    """Watches one face check from its first picture; one thread."""

    def watch(self, frame: Frame, seen: FaceObservation, now_s: float) -> None:
        """Look at the next picture."""

    def begin(self, now_s: float) -> None:
        """The face has been recognised: ask for motions from now on."""

    def note_comparison(self, now_s: float, *, is_same: bool) -> None:
        """Whether the picture just watched still shows the face that was recognised."""

    @property
    def view(self) -> LivenessView | None:
        """What to ask now; None before ``begin``."""

    @property
    def verdict(self) -> LivenessVerdict | None:
        """None while it is open; ``FROZEN`` may come before ``begin``."""


class NoLiveness:
    """A ``Liveness`` that asks nothing and shows nothing."""

    view: LivenessView | None = None
    verdict: LivenessVerdict | None = None

    def watch(self, frame: Frame, seen: FaceObservation, now_s: float) -> None:
        """Look at nothing."""

    def begin(self, now_s: float) -> None:
        """End at once."""
        self.verdict = LivenessVerdict(LivenessReason.NOT_ASKED)

    def note_comparison(self, now_s: float, *, is_same: bool) -> None:
        """Take no notice."""
