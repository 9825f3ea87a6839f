"""A whole look with pictures: what the screen's colours and the passive network say beside the motions."""

import logging
import random

import numpy as np
import pytest

from kiosk.identity.liveness.session import LivenessSession
from kiosk.services.liveness_ports import Colour, Cue, LivenessReason, LivenessVerdict
from kiosk.services.ports import FaceBox, FaceObservation
from tests.identity.liveness.actors import Person
from tests.identity.liveness.heads import points_of

RATE = 10.0
SIZE = (120, 160)
"""A quarter of the frame that the points are made for: enough for measuring light."""
BOX = FaceBox(60, 30, 100, 85)
CAMERA_DELAY = 2
"""Pictures between the window and the camera."""


def look(
    *, gain: float, brightness: float = 110.0, passive: float | None = None, seed: int = 1
) -> tuple[LivenessVerdict, list[Cue]]:
    """A person who makes every motion, before a face that takes on so much of the screen's light."""
    source = np.random.default_rng(seed)
    score = (lambda _frame, _box: passive) if passive is not None else None
    session = LivenessSession(random.Random(seed), score)
    person = Person()
    colours: list[Colour] = [(0, 0, 0)] * CAMERA_DELAY
    cues: list[Cue] = []
    for n in range(900):
        now_s = n / RATE
        view = session.view
        colours.append(view.colour if view is not None and view.colour is not None else (0, 0, 0))
        shine = 1.0 + gain * np.array(colours[-1 - CAMERA_DELAY][::-1]) / 255
        frame = np.full((*SIZE, 3), brightness) + source.normal(0, 2.0, (*SIZE, 3))
        frame[BOX.top : BOX.bottom, BOX.left : BOX.right] *= shine
        points = points_of(person(now_s, view), noise=lambda: float(source.normal(0, 0.15)))
        shrunk = type(points)(*((x / 4, y / 4) for x, y in _all(points)))
        seen = FaceObservation(BOX, None, 0.5, shrunk)
        session.watch(np.clip(frame, 0, 255).astype(np.uint8), seen, now_s)
        if n == 6:
            session.begin(now_s)
        if session.view is not None:
            session.note_comparison(now_s, is_same=True)
            if session.view.cue not in cues:
                cues.append(session.view.cue)
        if session.verdict is not None:
            return session.verdict, cues
    raise AssertionError("no verdict")


def _all(points):  # type: ignore[no-untyped-def]
    return (
        points.right_eye,
        points.left_eye,
        points.nose,
        points.right_mouth,
        points.left_mouth,
    )


@pytest.mark.parametrize("seed", range(2))
def test_person_takes_on_the_colours_of_the_screen(seed: int) -> None:
    verdict, cues = look(gain=0.04, seed=seed)
    assert verdict.reason is LivenessReason.SHOWN
    assert cues[0] is Cue.BEGIN
    assert cues[-1] is Cue.WATCH_COLOURS


@pytest.mark.parametrize("seed", range(2))
def test_screen_that_plays_all_motions_shines_by_itself(seed: int) -> None:
    """A film that happens to answer every question: the last sign is missing."""
    verdict, _ = look(gain=0.0, seed=seed)
    assert verdict.reason is LivenessReason.NO_REFLECTION
    assert not verdict.is_live


def test_strong_light_shows_no_colours_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        verdict, _ = look(gain=0.0, brightness=215.0)
    assert verdict.reason is LivenessReason.SHOWN
    assert verdict.remarks == ("colours: strong light, not shown",)
    assert "reason=shown remarks=colours: strong light, not shown" in caplog.text


def test_network_alone_never_refuses_but_counts_where_nothing_else_speaks() -> None:
    reflected, _ = look(gain=0.04, passive=0.02)
    assert reflected.reason is LivenessReason.SHOWN
    assert "network: 0.02" in reflected.remarks
    drowned, _ = look(gain=0.0, brightness=215.0, passive=0.02)
    assert drowned.reason is LivenessReason.LOOKS_FLAT
    doubtful, _ = look(gain=0.0, brightness=215.0, passive=0.3)
    assert doubtful.reason is LivenessReason.SHOWN
