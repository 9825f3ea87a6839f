"""How far rates vary with who happens to be in the set: people are drawn again, with all their comparisons.

Comparisons of one person depend on each other: some look like everybody, some never like themselves. Drawing single
trials would hide that.
Source: Bolle, Ratha and Pankanti, Computer Vision and Image Understanding 93 (2004), the subsets bootstrap.
"""

import numpy as np

from kiosk.identity.evaluation.intervals import CONFIDENCE, Interval
from kiosk.identity.evaluation.rates import meeting_point
from kiosk.identity.evaluation.trials import BoolArray, Float64Array, Trials

REPEATS = 1000


class PeopleBootstrap:
    """Draws of the people of one set of trials."""

    def __init__(self, trials: Trials, repeats: int = REPEATS, seed: int = 20261127) -> None:
        """Draw.

        Args:
            repeats: draws.
            seed: the same seed gives the same intervals.
        """
        self._trials = trials
        everybody, places = np.unique(
            np.concatenate([trials.first, trials.second]), return_inverse=True
        )
        self._first, self._second = places[: trials.first.size], places[trials.first.size :]
        self._count = everybody.size
        self._is_genuine = trials.is_genuine
        share = np.full(self._count, 1.0 / max(1, self._count))
        draws = np.random.default_rng(seed).multinomial(self._count, share, size=repeats)
        self._weights = draws.astype(np.float64)
        """Shape (repeats, people): how often each was drawn."""
        self._impostors = self._pairs(~self._is_genuine)
        self._genuine = self._pairs(self._is_genuine).diagonal()

    def false_accept_rates(self, threshold: float) -> Float64Array:
        """The FAR in each draw that has impostor trials."""
        accepted = ~self._is_genuine & (self._trials.similarity >= threshold)
        return self._of_pairs(self._pairs(accepted), self._impostors)

    def false_reject_rates(self, threshold: float) -> Float64Array:
        """The FRR in each draw that has genuine trials."""
        rejected = self._is_genuine & (self._trials.similarity < threshold)
        return _ratio(
            self._weights @ self._pairs(rejected).diagonal(), self._weights @ self._genuine
        )

    def equal_error_rates(self, similarity: Float64Array) -> Float64Array:
        """The equal error rate in each draw, of these trials under other scores too.

        Args:
            similarity: shape (n,), a score for each trial.
        """
        order = np.argsort(similarity, kind="stable")
        first, second, genuine = (
            self._first[order],
            self._second[order],
            self._is_genuine[order],
        )
        last = np.append(np.diff(similarity[order]) > 0, True)
        return np.array(
            [_weighted_eer(row[first], row[second], genuine, last) for row in self._weights]
        )

    def _pairs(self, chosen: BoolArray) -> Float64Array:
        """How many of the chosen trials are of each two people: shape (people, people)."""
        places = self._first[chosen] * self._count + self._second[chosen]
        counted = np.bincount(places, minlength=self._count**2).astype(np.float64)
        return counted.reshape(self._count, self._count)

    def _of_pairs(self, errors: Float64Array, trials: Float64Array) -> Float64Array:
        weights = self._weights
        return _ratio(
            ((weights @ errors) * weights).sum(axis=1), ((weights @ trials) * weights).sum(axis=1)
        )


def interval(rates: Float64Array, confidence: float = CONFIDENCE) -> Interval:
    """Where the middle of the draws lies; the interval that says nothing when there are none."""
    if not rates.size:
        return Interval(0.0, 1.0)
    half = (1.0 - confidence) / 2.0
    return Interval(float(np.quantile(rates, half)), float(np.quantile(rates, 1.0 - half)))


def upper(rates: Float64Array, confidence: float = CONFIDENCE) -> float:
    """The one-sided bound of the draws."""
    return float(np.quantile(rates, confidence)) if rates.size else 1.0


def _ratio(errors: Float64Array, trials: Float64Array) -> Float64Array:
    is_there = trials > 0
    return np.asarray(errors[is_there] / trials[is_there], dtype=np.float64)


def _weighted_eer(
    first: Float64Array, second: Float64Array, genuine: BoolArray, last: BoolArray
) -> float:
    """Trials stand in the order of their scores; ``last`` marks the last of equal ones."""
    # A person drawn twice brings each genuine trial twice, and each impostor trial once for each of the other's.
    kept = np.where(genuine, first, 0.0)
    strangers = np.where(genuine, 0.0, first * second)
    rejected, passed = np.cumsum(kept), np.cumsum(strangers)
    if rejected[-1] == 0 or passed[-1] == 0:
        return 0.5
    false_reject = np.concatenate([[0.0], rejected[last] / rejected[-1]])
    false_accept = np.concatenate([[1.0], 1.0 - passed[last] / passed[-1]])
    return meeting_point(false_accept, false_reject)
