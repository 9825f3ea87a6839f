import numpy as np
import pytest

from kiosk.identity.evaluation import logistic
from kiosk.identity.evaluation.rates import cllr, equal_error_rate
from kiosk.identity.evaluation.scoring import (
    choose_space,
    every_pair,
    every_template,
    score,
    score_disjoint,
)
from kiosk.identity.evaluation.trials import Trials
from kiosk.identity.score_space import Metric, ScoreSpace
from tests.identity.evaluation.gaussians import embeddings, score_trials


def test_every_two_samples_are_compared_once_and_a_probe_is_never_in_its_own_template() -> None:
    some = embeddings(5, each=4)
    assert len(every_pair(some).probe) == 20 * 19 // 2
    against = every_template(some, 3)
    assert len(against.probe) == 20 * 5
    assert not (against.template == against.probe[:, None]).any()
    # With four samples, three others of one's own are left; of two there are none for a template of two.
    assert len(every_template(embeddings(5, each=2), 2).probe) == 10 * 4


def test_mean_of_a_template_tells_people_apart_better_than_one_sample() -> None:
    some = embeddings(30, each=5, noise=1.0)
    single = equal_error_rate(score(some, every_pair(some)))
    assert equal_error_rate(score(some, every_template(some, 3))) < 0.7 * single


def test_centring_is_taken_when_the_population_lies_off_centre() -> None:
    some = embeddings(30, noise=0.9, offset=12.0)
    choice = choose_space(some, every_pair(some))
    assert choice.is_centred
    assert choice.tried[1][1] < choice.tried[0][1]


@pytest.mark.parametrize(("people", "offset"), [(30, 0.0), (12, 12.0)])
def test_centring_is_left_when_it_gains_nothing_or_there_are_too_few_people(
    people: int, offset: float
) -> None:
    some = embeddings(people, noise=0.9, offset=offset)
    choice = choose_space(some, every_pair(some), may_norm=True)
    assert not choice.is_centred
    assert len(choice.tried) == (4 if people >= 22 else 1)


def test_centre_of_a_trial_knows_neither_of_its_people() -> None:
    """Moving one person far away changes every centre but those of that person's own trials."""
    some = embeddings(25, offset=3.0)
    moved = some.vectors.copy()
    moved[some.person == 24] += 100.0
    pairs = every_pair(some)
    before = score_disjoint(some, pairs, centred=True, normed=False)
    after = score_disjoint(
        type(some)(moved, some.person, some.metric), pairs, centred=True, normed=False
    )
    own = (before.first == 24) & (before.second == 24)
    others = (before.first != 24) & (before.second != 24)
    centre = ScoreSpace(
        Metric.COSINE, np.mean([some.vectors[some.person == p].mean(0) for p in range(24)], axis=0)
    )
    expected = centre.similarities(moved[pairs.probe[own]], moved[pairs.template[own]])
    assert np.allclose(after.similarity[own], expected)
    assert not np.allclose(after.similarity[others], before.similarity[others])


def test_cohort_of_fewer_than_twenty_is_not_used() -> None:
    chance = np.random.default_rng(2)
    probe, template = chance.normal(size=(3, 8)), chance.normal(size=(3, 2, 8))
    plain = ScoreSpace(Metric.EUCLIDEAN).similarities(probe, template)
    few = ScoreSpace(Metric.EUCLIDEAN, cohort=chance.normal(size=(19, 8)))
    many = ScoreSpace(Metric.EUCLIDEAN, cohort=chance.normal(size=(20, 8)))
    assert np.array_equal(few.similarities(probe, template), plain)
    assert not np.allclose(many.similarities(probe, template), plain)
    assert (few.name, many.name) == ("euclidean", "euclidean + AS-norm")


def test_line_finds_the_true_log_likelihood_ratio_of_two_normal_distributions() -> None:
    """For N(3, 1) against N(0, 1) it is 3 x - 4.5."""
    line = logistic.fit(score_trials(300, 3.0, each=100))
    assert line.slope == pytest.approx(3.0, rel=0.06)
    assert line.offset == pytest.approx(-4.5, rel=0.06)
    some = score_trials(100, 3.0, each=40, seed=5)
    own, true = line.llr(some.genuine), 3.0 * some.genuine - 4.5
    assert cllr(own, line.llr(some.impostor)) < cllr(true, 3.0 * some.impostor - 4.5) + 0.003
    assert line.similarity_at(0.0) == pytest.approx(1.5, abs=0.05)


def test_people_who_are_wholly_apart_give_no_certainty() -> None:
    few, many = (logistic.fit(score_trials(people, 40.0)) for people in (10, 60))
    at_genuine = [line.slope * 40.0 + line.offset for line in (few, many)]
    assert 1.0 < at_genuine[0] < at_genuine[1] < 9.0


def test_scores_that_say_the_opposite_are_refused() -> None:
    some = score_trials(10, 3.0)
    with pytest.raises(ValueError, match="strangers"):
        logistic.fit(some.rescored(-some.similarity))
    with pytest.raises(ValueError, match="genuine and impostor"):
        logistic.fit(Trials(np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64)))
