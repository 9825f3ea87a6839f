"""One look for a living person: motions in an order that nobody can know before, then the colours of the screen.

Three motions, drawn one by one with ``secrets``' source, never the same twice running: so at least one is a turn or a
nod, which a flat picture cannot make. What a person cannot do is left out after a while and replaced. One wrong motion
is forgiven, and everything begins again: left and right are mixed up easily.

A recording of an earlier check passes when it happens to hold the very motions drawn; see
``tests/identity/liveness/test_attacks.py`` for how often. Somebody who plays short films on demand, or wears a mask,
is not stopped by this.
"""

import enum
import logging
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.identity.liveness.colours import (
    ColourPlan,
    Light,
    Reflection,
    is_too_bright,
    judge_reflection,
    light_of,
)
from kiosk.identity.liveness.continuity import Continuity, FrozenWatch
from kiosk.identity.liveness.motion import MotionState, MotionWatch, strengths
from kiosk.identity.liveness.pose import PoseSample, pose_of
from kiosk.identity.liveness.rest import RestWatch, Smoother
from kiosk.services.liveness_ports import Cue, LivenessReason, LivenessVerdict, LivenessView, Motion
from kiosk.services.ports import FaceBox, FaceObservation, Frame

MOTIONS_NEEDED = 3
TURNS = frozenset({Motion.TURN_LEFT, Motion.TURN_RIGHT})
"""One of them must be among the motions where no mouth is found: then a tilted picture seems to nod."""
MOST_UNANSWERED = 2
"""Motions that may stay without an answer; one more, or these when nothing at all was done, ends it."""
MOST_MISTAKES = 1
REST_WAIT_S = 8.0
PAUSE_S = (0.8, 1.8)
"""After a moment of rest, random: when the next question comes cannot be known either."""
MISTAKE_CUE_S = 2.5
BEGIN_CUE_S = 3.5
"""Words that must be heard to their end."""
NEAR_SIZE = 0.26
"""As ``PoseSample.size``: whoever is so near already is not asked to come closer."""
FLAT_SCORE = 0.15
"""Mean of the passive network below which it speaks against a person; it never decides alone."""
PASSIVE_LOOKS = 5
LAST_LIGHT_S = 0.3
"""The last colour's light is still on its way."""
_IN_MOTION = 0.3
"""Share of a limit: so far into a motion, a picture must show the face that was recognised."""

PassiveScore = Callable[[Frame, FaceBox], float]
"""How likely a picture shows a person, by a network: 0 to 1."""

_log = logging.getLogger(__name__)


class _Phase(enum.Enum):
    WAITING = enum.auto()
    REST = enum.auto()
    ASKED = enum.auto()
    COLOURS = enum.auto()


@dataclass(slots=True)
class _Progress:
    """What has been done since the last beginning, and what cannot be."""

    done: list[Motion] = field(default_factory=list)
    unanswered: set[Motion] = field(default_factory=set)
    mistakes: int = 0
    has_moved: bool = False


class LivenessSession:
    """A ``Liveness``: pure over the pictures and times that it is given."""

    def __init__(
        self,
        source: random.Random | None = None,
        passive: PassiveScore | None = None,
        *,
        has_colours: bool = True,
    ) -> None:
        """Prepare a look.

        Args:
            source: draws motions, pauses and colours; None for the system's own.
            passive: the network, where its models are installed.
            has_colours: the screen may shine.
        """
        self._source = source if source is not None else secrets.SystemRandom()
        self._passive = passive
        self._has_colours = has_colours
        self._phase = _Phase.WAITING
        self._verdict: LivenessVerdict | None = None
        self._frozen = FrozenWatch()
        self._continuity = Continuity()
        self._smoother = Smoother()
        self._rest = RestWatch(0.0)
        self._rest_until_s = 0.0
        self._ask_at_s: float | None = None
        self._motion: MotionWatch | None = None
        self._progress = _Progress()
        self._plan: ColourPlan | None = None
        self._colours_from_s = 0.0
        self._lights: list[Light] = []
        self._colour_box: FaceBox | None = None
        self._scores: list[float] = []
        self._remarks: list[str] = []
        self._last: PoseSample | None = None
        self._cue = Cue.LOOK_AHEAD
        self._cue_until_s = 0.0
        self._turn = 0
        self._now_s = 0.0

    # -- what the check sees

    @property
    def verdict(self) -> LivenessVerdict | None:
        """None while it is open."""
        return self._verdict

    @property
    def view(self) -> LivenessView | None:
        """What to ask now."""
        if self._phase is _Phase.WAITING:
            return None
        steps = MOTIONS_NEEDED + (1 if self._has_colours else 0)
        colour = None
        if self._phase is _Phase.COLOURS and self._plan is not None:
            colour = self._plan.colour_at(self._now_s - self._colours_from_s)
        return LivenessView(self._cue, self._turn, len(self._progress.done) / steps, colour)

    def begin(self, now_s: float) -> None:
        """The face has been recognised: ask from now on."""
        self._continuity = Continuity()
        self._go_to_rest(now_s, Cue.BEGIN)
        self._cue_until_s = now_s + BEGIN_CUE_S
        if self._last is None:
            self._end(LivenessReason.NO_POINTS)

    def note_comparison(self, now_s: float, *, is_same: bool) -> None:
        """Whether the picture just watched still shows the face that was recognised."""
        if self._verdict is not None or self._last is None:
            return
        motion = self._motion
        if is_same and motion is not None and self._is_in(motion, self._last):
            motion.note_same_face()
        self._continuity.note(is_same=is_same, is_at_rest=motion is None)
        if self._continuity.is_other_face:
            self._end(LivenessReason.FACE_CHANGED)

    @staticmethod
    def _is_in(motion: MotionWatch, sample: PoseSample) -> bool:
        return strengths(sample, motion.base).of(motion.wanted) >= _IN_MOTION

    def watch(self, frame: Frame, seen: FaceObservation, now_s: float) -> None:
        """Look at the next picture."""
        self._now_s = now_s
        if self._verdict is not None:
            return
        if self._frozen.push(frame, now_s):
            self._end(LivenessReason.FROZEN)
            return
        sample = pose_of(seen.points, frame.shape[:2], now_s) if seen.points is not None else None
        self._look_passively(frame, seen)
        self.watch_pose(sample, now_s)
        if self._phase is _Phase.COLOURS and self._verdict is None:
            self._watch_colours(frame, seen, now_s)

    def watch_pose(self, sample: PoseSample | None, now_s: float) -> None:
        """Take the next look at the head; None when there was none."""
        self._now_s = now_s
        if sample is not None:
            self._last = sample
        if self._phase is _Phase.WAITING or self._verdict is not None:
            return
        is_broken = sample is not None and not self._continuity.push(sample)
        if is_broken or (sample is None and self._continuity.is_lost(now_s)):
            self._lose(now_s)
            return
        if sample is None:
            if self._phase is _Phase.REST and now_s > self._rest_until_s:
                self._end(LivenessReason.FACE_LOST)
            return
        smooth = self._smoother.push(sample)
        if self._phase is _Phase.REST:
            self._wait_for_rest(sample, now_s)
        elif self._phase is _Phase.ASKED and self._motion is not None:
            self._follow(self._motion.push(sample, smooth), now_s)

    # -- the steps

    def _wait_for_rest(self, sample: PoseSample, now_s: float) -> None:
        base = self._rest.push(sample)
        if base is None or now_s < self._cue_until_s:
            self._ask_at_s = None
            if now_s > self._rest_until_s:
                self._end(LivenessReason.NOT_STILL)
            return
        if self._ask_at_s is None:
            self._ask_at_s = now_s + self._source.uniform(*PAUSE_S)
        if now_s < self._ask_at_s or not self._continuity.is_certain:
            if now_s > self._rest_until_s:
                self._end(LivenessReason.FACE_LOST)
            return
        if len(self._progress.done) >= MOTIONS_NEEDED:
            self._begin_colours(now_s)
            return
        offered = self._offered(base.size, has_mouth=sample.has_mouth)
        if not offered:
            self._end(LivenessReason.NO_ANSWER)
            return
        wanted = self._source.choice(offered)
        self._motion = MotionWatch(wanted, base, now_s)
        self._phase = _Phase.ASKED
        self._show(Cue(wanted.value))

    def _offered(self, size: float, *, has_mouth: bool) -> list[Motion]:
        """What the next motion is drawn from."""
        done = self._progress.done
        is_last = len(done) == MOTIONS_NEEDED - 1
        wants_turn = is_last and not has_mouth and not TURNS & set(done)
        return [
            motion
            for motion in Motion
            if motion not in done[-1:]
            and motion not in self._progress.unanswered
            and not (motion is Motion.COME_CLOSER and size >= NEAR_SIZE)
            and (motion in TURNS or not wants_turn)
        ]

    def _follow(self, state: MotionState, now_s: float) -> None:
        motion = self._motion
        if motion is None or state is MotionState.OPEN:
            return
        if state is MotionState.DONE:
            self._progress.done.append(motion.wanted)
            self._progress.has_moved = True
            self._go_to_rest(now_s, Cue.LOOK_AHEAD)
        elif state is MotionState.WRONG:
            self._begin_again(now_s, LivenessReason.WRONG_MOTION)
        else:
            self._leave_out(motion.wanted, now_s)

    def _leave_out(self, motion: Motion, now_s: float) -> None:
        self._progress.unanswered.add(motion)
        count = len(self._progress.unanswered)
        least = MOST_UNANSWERED if self._progress.has_moved else MOST_UNANSWERED - 1
        if count > least:
            self._end(LivenessReason.NO_ANSWER)
        else:
            self._go_to_rest(now_s, Cue.LOOK_AHEAD)

    def _lose(self, now_s: float) -> None:
        self._continuity = Continuity(is_certain=False)
        self._smoother.clear()
        self._begin_again(now_s, LivenessReason.FACE_LOST)

    def _begin_again(self, now_s: float, reason: LivenessReason) -> None:
        self._progress.mistakes += 1
        if self._progress.mistakes > MOST_MISTAKES:
            self._end(reason)
            return
        self._progress.done.clear()
        is_mistake = reason is LivenessReason.WRONG_MOTION
        self._go_to_rest(now_s, Cue.OTHER_MOTION if is_mistake else Cue.LOOK_AHEAD)
        if is_mistake:
            self._cue_until_s = now_s + MISTAKE_CUE_S

    def _go_to_rest(self, now_s: float, cue: Cue) -> None:
        self._phase, self._motion, self._ask_at_s = _Phase.REST, None, None
        self._rest = RestWatch(now_s)
        self._rest_until_s = now_s + REST_WAIT_S
        self._show(cue)

    def _show(self, cue: Cue) -> None:
        self._cue = cue
        self._turn += 1

    # -- colours and the network

    def _begin_colours(self, now_s: float) -> None:
        if not self._has_colours:
            self._remarks.append("colours: switched off")
            self._decide(Reflection.SKIPPED)
            return
        self._phase, self._motion, self._colour_box = _Phase.COLOURS, None, None
        self._lights.clear()
        self._plan = ColourPlan.draw(self._source)
        self._colours_from_s = now_s
        self._show(Cue.WATCH_COLOURS)

    def _watch_colours(self, frame: Frame, seen: FaceObservation, now_s: float) -> None:
        plan, since_s = self._plan, now_s - self._colours_from_s
        if plan is None:
            return
        if self._colour_box is None:
            # One place for all pictures: a box that trembles would measure hair once, and skin once.
            self._colour_box = seen.box
        box = self._colour_box
        light = light_of(frame, box, since_s) if box is not None else None
        if light is not None:
            if is_too_bright(light) and not self._lights:
                self._remarks.append("colours: strong light, not shown")
                self._decide(Reflection.SKIPPED)
                return
            self._lights.append(light)
        if since_s > plan.duration_s + LAST_LIGHT_S:
            result = judge_reflection(plan, self._lights)
            self._remarks.append(result.remark)
            self._decide(result.reflection)

    def _look_passively(self, frame: Frame, seen: FaceObservation) -> None:
        is_wanted = self._passive is not None and len(self._scores) < PASSIVE_LOOKS
        is_good = seen.box is not None and seen.advice is None and self._motion is None
        if is_wanted and is_good and self._passive is not None and seen.box is not None:
            self._scores.append(self._passive(frame, seen.box))

    def _decide(self, reflection: Reflection) -> None:
        is_flat = False
        if self._scores:
            score = sum(self._scores) / len(self._scores)
            self._remarks.append(f"network: {score:.2f}")
            is_flat = score < FLAT_SCORE
        if not self._continuity.is_certain:
            self._end(LivenessReason.FACE_LOST)
        elif reflection is Reflection.ABSENT:
            self._end(LivenessReason.NO_REFLECTION)
        elif is_flat and reflection is not Reflection.SEEN:
            self._end(LivenessReason.LOOKS_FLAT)
        else:
            self._end(LivenessReason.SHOWN)

    def _end(self, reason: LivenessReason) -> None:
        self._verdict = LivenessVerdict(reason, tuple(self._remarks))
        _log.info("liveness reason=%s remarks=%s", reason.value, "; ".join(self._remarks))
