"""What is not a living person, or not the same one, is not shown to be there."""

import itertools
import random

import numpy as np
import pytest

from kiosk.identity.liveness.session import LivenessSession
from kiosk.services.liveness_ports import Cue, LivenessReason, LivenessView, Motion
from kiosk.services.ports import FaceObservation
from tests.identity.liveness.actors import Person, film, watch
from tests.identity.liveness.heads import FLAT_MM, Stance

MOTIONS = tuple(Cue(motion.value) for motion in Motion)


def session(seed: int) -> LivenessSession:
    return LivenessSession(random.Random(seed), has_colours=False)


@pytest.mark.parametrize("seed", range(5))
def test_still_photo_does_not_answer(seed: int) -> None:
    verdict, took_s, _ = watch(session(seed), lambda _t, _view: Stance(), shape=FLAT_MM)
    assert verdict is not None
    assert verdict.reason is LivenessReason.NO_ANSWER
    assert took_s < 40.0


@pytest.mark.parametrize("seed", range(8))
def test_photo_that_is_turned_tilted_and_brought_near_on_demand_is_not_shown(seed: int) -> None:
    """The hand that holds it does everything that is asked; only coming closer works."""
    hand = Person(turn=45.0, nod=40.0)
    verdict, _, cues = watch(session(seed), hand, shape=FLAT_MM, seed=seed)
    assert verdict is not None
    assert verdict.reason in (LivenessReason.NO_ANSWER, LivenessReason.NOT_STILL), cues


@pytest.mark.parametrize("seed", range(8))
def test_photo_moved_on_demand_is_not_shown_either_where_no_mouth_is_found(seed: int) -> None:
    """Tilted it seems to nod, but it does not turn."""
    hand = Person(turn=45.0, nod=40.0)
    verdict, _, cues = watch(session(seed), hand, shape=FLAT_MM, seed=seed, without_mouth=True)
    assert verdict is not None
    assert not verdict.is_live, cues


@pytest.mark.parametrize("seed", range(4))
def test_photo_that_is_shaken_is_not_shown(seed: int) -> None:
    source = random.Random(seed)
    phases = [source.uniform(0, 6) for _ in range(5)]

    def shake(t: float, view: LivenessView | None) -> Stance:
        del view
        yaw, pitch, away, x, y = (np.sin(1.7 * t * (n + 1) / 2 + p) for n, p in enumerate(phases))
        return Stance(30 * yaw, 25 * pitch, 550 + 60 * away, 30 * x, 30 * y)

    verdict, _, _ = watch(session(seed), shake, shape=FLAT_MM, seed=seed)
    assert verdict is not None
    assert not verdict.is_live


def test_film_of_an_earlier_check_passes_rarely(record_property) -> None:  # type: ignore[no-untyped-def]
    """Every film of three motions, against draws that it does not know; once in 36 by the draw alone.

    The share is what the draw and one forgiven mistake leave: a film that is played again and again may meet the
    questions by chance. It must stay below a tenth.
    """
    films = [
        order
        for order in itertools.product(MOTIONS, repeat=3)
        if order[0] is not order[1] and order[1] is not order[2]
    ]
    passed = tried = 0
    for number, order in enumerate(films):
        for seed in range(3):
            verdict, _, _ = watch(
                session(1000 * number + seed), film(order, starts_s=seed * 1.7), seed=seed
            )
            assert verdict is not None
            passed += verdict.is_live
            tried += 1
    assert tried == 108
    record_property("figure", f"liveness: replayed films that passed the motions {passed}/{tried}")
    assert passed <= tried / 10


def test_film_of_the_very_motions_drawn_must_also_come_at_the_right_time() -> None:
    """The same draw as in the film, but the film does not wait for the questions."""
    seed = 3
    _, _, cues = watch(session(seed), Person(), seed=seed)
    order = tuple(cue for cue in cues if cue in MOTIONS)
    verdicts = [
        watch(session(seed), film(order, starts_s=start), seed=seed)[0] for start in (0.0, 3.2, 6.4)
    ]
    assert any(verdict is not None and not verdict.is_live for verdict in verdicts)


@pytest.mark.parametrize("seed", range(4))
def test_other_person_who_takes_over_after_the_match_is_refused(seed: int) -> None:
    verdict, _, _ = watch(session(seed), Person(), is_same=lambda t, _view: t < 4.0, seed=seed)
    assert verdict is not None
    assert verdict.reason is LivenessReason.FACE_CHANGED
    assert verdict.is_other_face


@pytest.mark.parametrize("seed", range(4))
def test_other_person_who_makes_the_motions_only_is_not_shown(seed: int) -> None:
    """A photo of the resident at rest, the own head for the motions: no motion shows the resident's face."""
    person = Person()

    def is_same(_t: float, view: LivenessView | None) -> bool:
        return view is None or view.cue not in MOTIONS

    verdict, _, _ = watch(session(seed), person, is_same=is_same, seed=seed)
    assert verdict is not None
    assert not verdict.is_live


def test_face_that_jumps_must_be_recognised_again() -> None:
    """Cut from one place to another within a picture: nothing done before counts, and a second cut ends it."""
    person = Person()

    def cut(t: float, view: LivenessView | None) -> Stance:
        stance = person(t, view)
        shift = 130.0 if int(t / 4) % 2 else 0.0
        return Stance(stance.yaw, stance.pitch, stance.away_mm, shift)

    verdict, _, _ = watch(session(2), cut)
    assert verdict is not None
    assert verdict.reason is LivenessReason.FACE_LOST


def test_face_that_is_taken_away_is_lost() -> None:
    verdict, _, _ = watch(session(2), lambda t, view: Stance() if t < 3.0 else None)
    assert verdict is not None
    assert verdict.reason is LivenessReason.FACE_LOST


@pytest.mark.parametrize("seed", range(6))
def test_pictures_of_each_pose_shown_one_after_another_are_no_motions(seed: int) -> None:
    """Cuts between still pictures that answer every question at once: nothing lies on the way."""
    person = Person(reaction_s=0.5, rise_s=1e-6, hold_s=1.2, turn=30.0)
    verdict, _, _ = watch(session(seed), person, seed=seed, noise_px=0.1)
    assert verdict is not None
    assert not verdict.is_live


def test_camera_that_stands_still_is_found_also_before_the_match() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    nobody = FaceObservation(None, None, 0.0)
    alive, frozen = session(1), session(1)
    for n in range(30):
        other = frame.copy()
        other[0, 0, 0] = n
        alive.watch(other, nobody, n / 10)
        frozen.watch(frame, nobody, n / 10)
    assert alive.verdict is None
    assert frozen.verdict is not None
    assert frozen.verdict.reason is LivenessReason.FROZEN


def test_without_points_nothing_is_shown_and_nobody_waits() -> None:
    none = session(1)
    none.begin(1.0)
    assert none.verdict is not None
    assert none.verdict.reason is LivenessReason.NO_POINTS
