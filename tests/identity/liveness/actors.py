"""Who stands before the camera: people who answer, photographs, films. Each gives a stance for what is asked."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from kiosk.identity.liveness.pose import pose_of
from kiosk.identity.liveness.session import LivenessSession
from kiosk.services.liveness_ports import Cue, LivenessVerdict, LivenessView
from kiosk.services.ports import FacePoints
from tests.identity.liveness.heads import FRAME_SIZE, HEAD_MM, Stance, points_of, ramp

Actor = Callable[[float, LivenessView | None], Stance | None]
"""Time and what the screen asks, to where the head is; None for no face."""


@dataclass
class Person:
    """Does what is asked, in the own way and time."""

    reaction_s: float = 0.8
    rise_s: float = 0.7
    hold_s: float = 0.6
    turn: float = 28.0
    nod: float = 18.0
    lean_mm: float = 120.0
    rest: Stance = field(default_factory=Stance)
    cannot: frozenset[Cue] = frozenset()
    mixes_up: int = 0
    """So many of the first turns go to the wrong side."""
    tremor: float = 0.0
    """Degrees."""
    _turn: int = -1
    _since_s: float = 0.0
    _cue: Cue = Cue.LOOK_AHEAD
    _is_other_side: bool = False

    def __call__(self, t: float, view: LivenessView | None) -> Stance:
        if view is not None and view.turn != self._turn:
            self._turn, self._since_s, self._cue = view.turn, t, view.cue
            is_turn = view.cue in (Cue.TURN_LEFT, Cue.TURN_RIGHT)
            self._is_other_side = is_turn and self.mixes_up > 0
            self.mixes_up -= self._is_other_side
        part = ramp(t - self._since_s, self.reaction_s, self.rise_s, self.hold_s)
        if self._cue in self.cannot:
            part = 0.0
        shake = self.tremor * np.sin(2 * np.pi * 4.5 * t)
        side = {Cue.TURN_LEFT: 1.0, Cue.TURN_RIGHT: -1.0}.get(self._cue, 0.0)
        side *= -1 if self._is_other_side else 1
        return Stance(
            self.rest.yaw + side * self.turn * part + shake,
            self.rest.pitch + (self.nod * part if self._cue is Cue.NOD else 0.0) + shake / 2,
            self.rest.away_mm - (self.lean_mm * part if self._cue is Cue.COME_CLOSER else 0.0),
            self.rest.x_mm,
            self.rest.y_mm,
        )


MOTION_S = 3.2
"""Of one motion in a film, with the rest before and after."""


def film(cues: tuple[Cue, ...], *, starts_s: float = 0.0) -> Actor:
    """A recording of somebody who answered these questions, played again and again."""
    person_by_cue = {cue: Person(reaction_s=0.8) for cue in cues}

    def play(t: float, view: LivenessView | None) -> Stance:
        del view
        number, within = divmod((t + starts_s) % (len(cues) * MOTION_S), MOTION_S)
        cue = cues[int(number)]
        person = person_by_cue[cue]
        person._turn, person._since_s, person._cue = 0, 0.0, cue
        return person(within, None)

    return play


def watch(
    session: LivenessSession,
    actor: Actor,
    *,
    shape: np.ndarray = HEAD_MM,
    is_same: Callable[[float, LivenessView | None], bool] = lambda _t, _view: True,
    rate: float = 12.0,
    noise_px: float = 0.6,
    seed: int = 5,
    without_mouth: bool = False,
    limit_s: float = 120.0,
) -> tuple[LivenessVerdict | None, float, list[Cue]]:
    """Play an actor to a session: the verdict, how long it took, and what was asked."""
    source = random.Random(seed)
    cues: dict[int, Cue] = {}
    for n in itertools.count():
        t = n / rate
        if t > limit_s or session.verdict is not None:
            return session.verdict, t, list(cues.values())
        stance = actor(t, session.view)
        sample = None
        if stance is not None:
            points = points_of(stance, shape, lambda: source.gauss(0, noise_px))
            if without_mouth:
                points = FacePoints(points.right_eye, points.left_eye, points.nose)
            sample = pose_of(points, FRAME_SIZE, t)
        session.watch_pose(sample, t)
        if n == 6:
            session.begin(t)
        if sample is not None and session.view is not None:
            session.note_comparison(t, is_same=is_same(t, session.view))
        if session.view is not None:
            cues[session.view.turn] = session.view.cue
    raise AssertionError
