"""Whether one motion that was asked for was made: begun after the question, swept, held, taken back."""

import enum
from dataclasses import dataclass

from kiosk.identity.liveness.pose import PoseSample
from kiosk.identity.liveness.rest import Baseline
from kiosk.services.liveness_ports import Motion

TURN_DEGREES = 12.0
NOD_DEGREES = 8.0
CLOSER_SHARE = 0.18
"""How much larger the face gets: from 55 cm to 47 cm, leaning forward in a chair."""
UNREST_FACTOR = 1.6
"""A motion is this many times the unrest of the head at rest."""
HOLD_S = {
    Motion.TURN_LEFT: 0.3,
    Motion.TURN_RIGHT: 0.3,
    Motion.NOD: 0.2,
    Motion.COME_CLOSER: 0.3,
}
"""Longer than one wrong look; a nod is short."""
WINDOW_S = 10.0
"""To understand, begin and finish: a slow turn there and back takes 4 s."""
EARLIEST_S = 0.25
"""Nobody answers sooner; what goes on already was not asked for."""
WRONG_HOLD_S = 0.4
_BACK = 0.6
"""Share of the limit below which a motion has been taken back."""
_PASSED_ON_THE_WAY = (0.2, 0.9)
"""Share of the limit in which at least one look must lie: a cut from one picture to another has none."""
_ANOTHER_TURN = 1.2
_ANOTHER_NOD = 1.6


class MotionState(enum.Enum):
    """How far it is."""

    OPEN = "open"
    DONE = "done"
    WRONG = "wrong"
    """Another motion was made and held."""
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Strengths:
    """A look in units of the limits: 1 is just enough."""

    left: float
    nod: float
    closer: float

    def of(self, motion: Motion) -> float:
        """How strongly that motion is being made."""
        if motion is Motion.TURN_LEFT:
            return self.left
        if motion is Motion.TURN_RIGHT:
            return -self.left
        return self.nod if motion is Motion.NOD else self.closer


def strengths(sample: PoseSample, base: Baseline) -> Strengths:
    """Measure a look from the head at rest. Nodding counts in both directions."""
    turn = max(TURN_DEGREES, UNREST_FACTOR * base.unrest)
    nod = max(NOD_DEGREES, UNREST_FACTOR * base.unrest)
    return Strengths(
        (sample.yaw - base.yaw) / turn,
        abs(sample.pitch - base.pitch) / nod,
        (sample.size / base.size - 1.0) / CLOSER_SHARE,
    )


class MotionWatch:
    """Follows one question; give it every look once, smoothed and as it came."""

    def __init__(self, wanted: Motion, base: Baseline, asked_s: float) -> None:
        """Begin.

        Args:
            wanted: what was asked for.
            base: the head at rest, just before.
            asked_s: when the question was shown.
        """
        self.wanted = wanted
        self._base = base
        self._asked_s = asked_s
        self._held_since_s: float | None = None
        self._wrong_since_s: float | None = None
        self._is_held = False
        self._is_swept = False
        self._is_early = False
        self._is_same_face = False

    @property
    def base(self) -> Baseline:
        """Where it is measured from."""
        return self._base

    def note_same_face(self) -> None:
        """The face in the middle of this motion is the one that was recognised."""
        self._is_same_face = True

    def push(self, raw: PoseSample, smooth: PoseSample) -> MotionState:
        """Take the next look."""
        if smooth.t_s - self._asked_s > WINDOW_S:
            return MotionState.TIMED_OUT
        now = strengths(smooth, self._base)
        if self._is_wrong(now, smooth.t_s):
            return MotionState.WRONG
        lowest, highest = _PASSED_ON_THE_WAY
        if lowest <= strengths(raw, self._base).of(self.wanted) <= highest:
            self._is_swept = True
        return self._follow(now.of(self.wanted), smooth.t_s)

    def _follow(self, strength: float, t_s: float) -> MotionState:
        if strength >= 1.0:
            if t_s - self._asked_s < EARLIEST_S:
                self._is_early = True
            if self._held_since_s is None:
                self._held_since_s = t_s
            self._is_held |= t_s - self._held_since_s >= HOLD_S[self.wanted]
        elif strength <= _BACK or not self._is_held:
            if self._is_complete() and strength <= _BACK:
                return MotionState.DONE
            self._held_since_s = None
            if strength <= _BACK:
                self._is_held = self._is_early = False
        if self.wanted is Motion.COME_CLOSER and self._is_complete():
            return MotionState.DONE  # who has come near may stay there
        return MotionState.OPEN

    def _is_complete(self) -> bool:
        return self._is_held and self._is_swept and self._is_same_face and not self._is_early

    def _is_wrong(self, now: Strengths, t_s: float) -> bool:
        if self._shows_another(now):
            if self._wrong_since_s is None:
                self._wrong_since_s = t_s
            return t_s - self._wrong_since_s >= WRONG_HOLD_S
        self._wrong_since_s = None
        return False

    def _shows_another(self, now: Strengths) -> bool:
        """Leaning forward is never wrong: people do it to read."""
        if self.wanted in (Motion.TURN_LEFT, Motion.TURN_RIGHT):
            is_nod = now.nod >= _ANOTHER_NOD and abs(now.left) < 0.5
            return now.of(self.wanted) <= -1.0 or is_nod
        return abs(now.left) >= _ANOTHER_TURN
