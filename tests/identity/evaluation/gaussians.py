"""Made-up people whose truth is known: embeddings around a mean for each, or scores from two normal distributions."""

from statistics import NormalDist

import numpy as np

from kiosk.identity.evaluation.scoring import Embedded
from kiosk.identity.evaluation.trials import Trials
from kiosk.identity.score_space import Metric

NORMAL = NormalDist()


def score_trials(
    people: int, distance: float, *, each: int = 4, seed: int = 1, spread: float = 1.0
) -> Trials:
    """Independent scores: strangers N(0, 1), one person N(distance, spread)."""
    chance = np.random.default_rng(seed)
    one, other = np.triu_indices(people, k=1)
    own = np.repeat(np.arange(people), each)
    return Trials(
        np.concatenate([chance.normal(distance, spread, own.size), chance.normal(0, 1, one.size)]),
        np.concatenate([own, one]),
        np.concatenate([own, other]),
    )


def embeddings(
    people: int,
    *,
    each: int = 4,
    noise: float = 0.5,
    offset: float = 0.0,
    seed: int = 1,
    size: int = 16,
) -> Embedded:
    """Each person a random direction; ``offset`` moves the whole population away from zero along one axis."""
    chance = np.random.default_rng(seed)
    means = chance.normal(0, 1, (people, size))
    person = np.repeat(np.arange(people), each)
    vectors = means[person] + chance.normal(0, noise, (person.size, size))
    vectors[:, 0] += offset
    return Embedded(vectors, person, Metric.COSINE)
