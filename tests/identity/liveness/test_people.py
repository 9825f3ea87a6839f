"""People pass: slow, seated, stooped, trembling, left and right mixed up. Nobody is asked what the neck cannot do."""

import random
from dataclasses import replace

import pytest

from kiosk.identity.liveness.session import LivenessSession
from kiosk.services.liveness_ports import Cue, LivenessReason, Motion
from tests.identity.liveness.actors import Person, watch
from tests.identity.liveness.heads import Stance

MOTIONS = {motion.value for motion in Motion}
PEOPLE = {
    "quick": Person(reaction_s=0.4, rise_s=0.35, hold_s=0.35, turn=35.0),
    "usual": Person(),
    "slow": Person(reaction_s=3.0, rise_s=2.0, hold_s=1.0, turn=20.0, nod=13.0, lean_mm=100.0),
    "seated, far below the camera": Person(rest=Stance(0, -18, 620, 0, 110), lean_mm=140.0),
    "stooped": Person(rest=Stance(4, 19, 560, -40, 40), turn=22.0, nod=13.0),
    "stands at the side": Person(rest=Stance(-12, 3, 600, 110, 0), turn=24.0),
    "head never rests": Person(tremor=3.5, turn=34.0, nod=24.0),
    "stiff: barely turns": Person(turn=18.5, nod=12.0, lean_mm=95.0),
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("seed", range(4))
def test_person_is_shown_to_be_there_when_the_motions_are_made(name: str, seed: int) -> None:
    person = replace(PEOPLE[name])
    session = LivenessSession(random.Random(seed), has_colours=False)
    verdict, took_s, cues = watch(session, person, seed=seed)
    assert verdict is not None
    assert verdict.reason is LivenessReason.SHOWN, cues
    assert took_s < 60.0


@pytest.mark.parametrize(
    "cannot",
    [
        {Cue.TURN_LEFT, Cue.TURN_RIGHT},
        {Cue.NOD},
        {Cue.COME_CLOSER},
        {Cue.TURN_LEFT, Cue.COME_CLOSER},
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_person_passes_when_the_neck_or_the_wheelchair_allows_two_motions_only(
    cannot: set[Cue], seed: int
) -> None:
    session = LivenessSession(random.Random(seed), has_colours=False)
    verdict, _, cues = watch(session, Person(cannot=frozenset(cannot)), seed=seed)
    assert verdict is not None
    made = [cue for cue in cues if cue not in cannot and cue.value in MOTIONS]
    if verdict.reason is LivenessReason.NO_ANSWER:
        # both were drawn before anything could be done: one factor, and the next way
        assert made == []
    else:
        assert verdict.reason is LivenessReason.SHOWN
        assert len(made) == 3


@pytest.mark.parametrize("seed", range(6))
def test_person_is_told_and_begins_again_when_left_and_right_are_mixed_up_once(seed: int) -> None:
    session = LivenessSession(random.Random(seed), has_colours=False)
    verdict, _, cues = watch(session, Person(mixes_up=1), seed=seed)
    assert verdict is not None
    assert verdict.is_live
    assert (Cue.OTHER_MOTION in cues) == (Cue.TURN_LEFT in cues or Cue.TURN_RIGHT in cues)


def test_looking_to_the_helper_for_a_moment_loses_nothing_but_time() -> None:
    """The face is away for a second while nothing was asked yet."""
    person = Person()
    session = LivenessSession(random.Random(1), has_colours=False)
    verdict, _, _ = watch(session, lambda t, view: None if 4.2 < t < 5.4 else person(t, view))
    assert verdict is not None
    assert verdict.is_live


@pytest.mark.parametrize("rate", [4.0, 6.0, 25.0])
def test_slow_and_quick_cameras_serve(rate: float) -> None:
    for seed in range(3):
        session = LivenessSession(random.Random(seed), has_colours=False)
        verdict, _, cues = watch(session, Person(), rate=rate, seed=seed)
        assert verdict is not None
        assert verdict.is_live, (seed, cues)


@pytest.mark.parametrize("seed", range(4))
def test_eyes_and_nose_alone_serve_too(seed: int) -> None:
    """The points of dlib, which knows no mouth."""
    session = LivenessSession(random.Random(seed), has_colours=False)
    verdict, _, cues = watch(session, Person(), without_mouth=True, seed=seed)
    assert verdict is not None
    assert verdict.is_live, cues
