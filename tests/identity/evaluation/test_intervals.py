import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.identity.evaluation.intervals import (
    clopper_pearson,
    incomplete_beta,
    rule_of_three,
    trials_needed,
    upper_bound,
)


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        (0, 872, 0.0, 0.0042214),
        (5, 74, 0.0223015, 0.1506787),
        (14, 38, 0.2181250, 0.5400573),
        (38, 38, 0.9074872, 1.0),
        (0, 10, 0.0, 0.3084971),  # Clopper and Pearson's own chart reads 0.31
    ],
)
def test_exact_interval_is_the_published_one(
    errors: int, trials: int, low: float, high: float
) -> None:
    found = clopper_pearson(errors, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


@pytest.mark.parametrize(
    ("errors", "trials"), [(0, 299_572), (1, 474_385), (3, 775_364), (30, 4_070_000)]
)
def test_so_many_trials_demonstrate_one_in_a_hundred_thousand(errors: int, trials: int) -> None:
    assert upper_bound(errors, trials) == pytest.approx(1e-5, rel=3e-3)
    assert upper_bound(0, 299_572) <= 1e-5 < upper_bound(0, 299_571)
    assert trials_needed(1e-5) == 299_572
    assert trials_needed(1e-3) == 2_995


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 400), st.integers(1, 200_000), st.floats(0.5, 0.999))
def test_bounds_agree_with_scipy_for_every_count(
    errors: int, extra: int, confidence: float
) -> None:
    beta = pytest.importorskip("scipy.stats").beta
    trials = errors + extra
    assert upper_bound(errors, trials, confidence) == pytest.approx(
        beta.ppf(confidence, errors + 1, trials - errors), rel=1e-6
    )
    low = beta.ppf((1 - confidence) / 2, errors, trials - errors + 1) if errors else 0.0
    assert clopper_pearson(errors, trials, confidence).low == pytest.approx(low, rel=1e-6)


@given(st.floats(0.001, 0.999), st.floats(0.05, 500), st.floats(0.05, 500))
def test_incomplete_beta_is_its_own_mirror_and_stays_a_probability(
    x: float, a: float, b: float
) -> None:
    value = incomplete_beta(x, a, b)
    assert -1e-12 <= value <= 1 + 1e-12
    assert value == pytest.approx(1 - incomplete_beta(1 - x, b, a), abs=1e-9)


def test_no_error_is_about_three_in_all_trials_and_no_trial_shows_nothing() -> None:
    assert rule_of_three(3000) == 1e-3
    assert upper_bound(0, 3000) == pytest.approx(rule_of_three(3000), rel=2e-3)
    assert (rule_of_three(0), upper_bound(0, 0)) == (1.0, 1.0)
    assert (clopper_pearson(0, 0).low, clopper_pearson(0, 0).high) == (0.0, 1.0)
    with pytest.raises(ValueError, match="errors"):
        upper_bound(4, 3)
    assert math.isclose(upper_bound(0, 1), 0.95)
