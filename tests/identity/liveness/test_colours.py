"""The colours of the screen on a face: seen at any delay, absent on a picture that shines by itself, skipped in sun."""

import random

import numpy as np
import pytest

from kiosk.identity.liveness.colours import (
    LEAST_STEP_S,
    ColourPlan,
    Light,
    Reflection,
    is_too_bright,
    judge_reflection,
    light_of,
)
from kiosk.services.ports import FaceBox

RATE = 12.0


def lights(
    plan: ColourPlan,
    *,
    gain: float,
    lag_s: float = 0.2,
    brightness: float = 110.0,
    noise: float = 0.15,
    wall: float = 0.2,
    drift: float = 0.0,
    seed: int = 1,
) -> list[Light]:
    """What a camera sees of a face; the gain is the screen's share of the light on it."""
    source = random.Random(seed)
    seen = []
    for n in range(round((plan.duration_s + 0.3) * RATE)):
        t = n / RATE
        colour = plan.colour_at(t - lag_s)
        exposure = 1.0 + 0.05 * np.sin(3 * t)
        lamp = 1.0 + drift * t

        def channel(share: float, value: int, exposure: float = exposure) -> float:
            light = brightness * exposure * (1.0 + share * value / 255)
            return min(255.0, light + source.gauss(0, noise))

        face = tuple(lamp * channel(gain, value) for value in colour)
        around = tuple(channel(gain * wall, value) for value in colour)
        seen.append(Light(t, face, around))  # type: ignore[arg-type]
    return seen


@pytest.mark.parametrize("lag_s", [0.05, 0.2, 0.45])
@pytest.mark.parametrize("seed", range(4))
def test_face_that_takes_on_the_colours_is_seen_at_any_delay(lag_s: float, seed: int) -> None:
    plan = ColourPlan.draw(random.Random(seed))
    seen = lights(plan, gain=0.03, lag_s=lag_s, seed=seed, drift=0.004)
    assert judge_reflection(plan, seen).reflection is Reflection.SEEN


def test_picture_that_shines_by_itself_is_not_seen_to_reflect() -> None:
    wrong = 0
    for seed in range(25):
        plan = ColourPlan.draw(random.Random(seed))
        seen = lights(plan, gain=0.0, seed=seed)
        wrong += judge_reflection(plan, seen).reflection is not Reflection.ABSENT
    assert wrong == 0


def test_film_of_other_colours_seldom_passes_for_these() -> None:
    """A recording of an earlier check shows the colours that were drawn then."""
    passed = 0
    for seed in range(60):
        shown, filmed = (
            ColourPlan.draw(random.Random(seed)),
            ColourPlan.draw(random.Random(seed + 1000)),
        )
        seen = lights(filmed, gain=0.05, seed=seed)
        passed += judge_reflection(shown, seen).reflection is Reflection.SEEN
    assert passed <= 6


def test_strong_light_skips_with_its_reason() -> None:
    plan = ColourPlan.draw(random.Random(2))
    seen = lights(plan, gain=0.0005, brightness=215.0)
    result = judge_reflection(plan, seen)
    assert result.reflection is Reflection.SKIPPED
    assert "strong light" in result.remark
    assert is_too_bright(seen[0])
    assert not is_too_bright(lights(plan, gain=0.03)[0])


def test_too_few_pictures_skip() -> None:
    plan = ColourPlan.draw(random.Random(2))
    assert judge_reflection(plan, lights(plan, gain=0.03)[:5]).reflection is Reflection.SKIPPED


def test_colours_change_at_most_three_times_a_second_and_never_stay() -> None:
    for seed in range(50):
        plan = ColourPlan.draw(random.Random(seed))
        assert plan.step_s >= LEAST_STEP_S
        assert all(a != b for a, b in zip(plan.colours, plan.colours[1:], strict=False))
    with pytest.raises(ValueError, match="three times"):
        ColourPlan(((1, 2, 3), (3, 2, 1)), 0.3)
    with pytest.raises(ValueError, match="no change"):
        ColourPlan(((1, 2, 3), (1, 2, 3)))


def test_light_is_measured_on_the_face_and_beside_it() -> None:
    frame = np.full((100, 160, 3), 50, np.uint8)
    frame[20:80, 60:100] = (10, 100, 200)
    light = light_of(frame, FaceBox(60, 20, 100, 80), 1.5)
    assert light is not None
    assert light.face == pytest.approx((200, 100, 10))
    assert light.around == pytest.approx((50, 50, 50))
    assert light_of(frame, FaceBox(0, 0, 0, 0), 0.0) is None
