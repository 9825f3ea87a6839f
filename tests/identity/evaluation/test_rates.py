import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity.evaluation import bootstrap
from kiosk.identity.evaluation.bootstrap import PeopleBootstrap
from kiosk.identity.evaluation.bounds import demonstrated_bound, operating_point
from kiosk.identity.evaluation.intervals import upper_bound
from kiosk.identity.evaluation.rates import (
    det_curve,
    equal_error_rate,
    false_accepts,
    false_rejects,
    threshold_at,
)
from kiosk.identity.evaluation.trials import Trials
from tests.identity.evaluation.gaussians import NORMAL, score_trials


def trials(genuine: list[float], impostor: list[float]) -> Trials:
    own = np.arange(len(genuine))
    return Trials(
        np.array([*genuine, *impostor]),
        np.concatenate([own, np.zeros(len(impostor), dtype=np.int64)]),
        np.concatenate([own, 1 + np.arange(len(impostor))]),
    )


def test_equal_error_of_two_normal_distributions_is_the_known_one() -> None:
    found = equal_error_rate(score_trials(300, 3.0, each=40))
    assert found == pytest.approx(NORMAL.cdf(-1.5), abs=0.004)


def test_curve_ends_where_nobody_and_where_everybody_passes() -> None:
    curve = det_curve(trials([0.5, 0.9], [0.1, 0.5]))
    assert curve.threshold.tolist()[:3] == [0.1, 0.5, 0.9]
    assert curve.false_accept.tolist() == [1.0, 0.5, 0.0, 0.0]
    assert curve.false_reject.tolist() == [0.0, 0.0, 0.5, 1.0]
    assert equal_error_rate(trials([1.0, 2.0], [0.0, -1.0])) == 0.0
    assert equal_error_rate(trials([0.0], [1.0])) == 1.0
    with pytest.raises(ValueError, match="genuine and impostor"):
        det_curve(trials([1.0], []))


@given(
    st.lists(st.floats(-9, 9), min_size=1, max_size=60),
    st.lists(st.floats(-9, 9), min_size=1, max_size=60),
    st.floats(0, 1),
)
def test_threshold_never_lets_more_pass_than_its_target_and_is_the_loosest(
    genuine: list[float], impostor: list[float], target: float
) -> None:
    given_trials = trials(genuine, impostor)
    threshold = threshold_at(given_trials, target)
    passed = false_accepts(given_trials, threshold)
    assert passed <= target * len(impostor) + 1e-6
    looser = [score for score in impostor if score < threshold]
    if looser:
        assert false_accepts(given_trials, max(looser)) > target * len(impostor) - 1e-6
    assert 0 <= false_rejects(given_trials, threshold) <= len(genuine)


def test_draws_of_people_vary_more_than_draws_of_trials_when_one_person_is_like_everybody() -> None:
    plain = score_trials(30, 4.0)
    wolf = (plain.first == 0) | (plain.second == 0)
    scores = np.where(wolf & ~plain.is_genuine, 9.0, np.where(plain.is_genuine, 9.0, 0.0))
    point = operating_point(plain.rescored(scores), 5.0, PeopleBootstrap(plain.rescored(scores)))
    assert point.false_accept.errors == 29
    assert point.false_accept.people.high > 1.5 * point.false_accept.exact.high
    assert point.false_accept_bound >= point.false_accept.people.high * 0.9


def test_draws_are_the_same_for_one_seed() -> None:
    some = score_trials(12, 2.0)
    one, other = (PeopleBootstrap(some, seed=7).false_accept_rates(1.0) for _ in range(2))
    assert one.tolist() == other.tolist()
    assert bootstrap.interval(np.zeros(0)).high == 1.0
    eer = PeopleBootstrap(some).equal_error_rates(some.similarity)
    low, high = bootstrap.interval(eer).low, bootstrap.interval(eer).high
    assert low <= equal_error_rate(some) <= high


def test_many_pictures_of_few_people_demonstrate_no_more_than_their_pairs() -> None:
    """Three people with 400 pictures each make 480,000 comparisons without an error, and show next to nothing."""
    assert demonstrated_bound(0, 480_000, 3, 0.0) == pytest.approx(upper_bound(0, 3))
    assert demonstrated_bound(0, 480_000, 3, 0.0) > 0.6
    assert demonstrated_bound(0, 0, 0, 0.0) == 1.0


@pytest.mark.parametrize("rank", [0, 3])
def test_bound_holds_about_as_often_as_it_says(rank: int) -> None:
    """The threshold is read from the same scores; the true FAR is known. Seeds are fixed, so this is no chance."""
    held = 0
    rounds = 60
    for seed in range(rounds):
        some = score_trials(18, 3.0, each=2, seed=seed)
        threshold = float(np.nextafter(np.sort(some.impostor)[::-1][rank], np.inf))
        point = operating_point(some, threshold, PeopleBootstrap(some, repeats=100))
        held += point.false_accept_bound >= 1 - NORMAL.cdf(threshold)
    assert held >= 0.93 * rounds
