"""Logistic calibration: the straight line that turns similarities into log-likelihood ratios."""

from dataclasses import dataclass

import numpy as np

from kiosk.identity.evaluation.trials import Float64Array, Trials

_STEPS = 200
_STEEPEST = 60.0
"""Of the line over standardised scores; a perfectly parted set would ask for an infinite one."""


@dataclass(frozen=True, slots=True)
class LogisticLine:
    """LLR = slope * similarity + offset; natural logarithm."""

    slope: float
    offset: float

    def llr(self, similarity: Float64Array) -> Float64Array:
        """Map scores."""
        return np.asarray(self.slope * similarity + self.offset, dtype=np.float64)

    def similarity_at(self, llr: float) -> float:
        """Where the line reaches a log-likelihood ratio."""
        return (llr - self.offset) / self.slope


def fit(trials: Trials) -> LogisticLine:
    """Fit both classes with the same weight, so that the log-odds are log-likelihood ratios.

    The targets are not 1 and 0 but leave room for the error that the number of people cannot exclude. Without it a set
    whose classes do not overlap would claim certainty.

    Raises:
        ValueError: genuine or impostor trials are missing, or strangers are more alike than one person.
    Source: Brümmer and du Preez (2006) for the weights; Platt (1999) for the targets, with people in place of trials.
    """
    genuine, impostor = trials.genuine, trials.impostor
    if not genuine.size or not impostor.size:
        raise ValueError("a calibration needs genuine and impostor trials")
    return fit_scores(genuine, impostor, trials.people_with_genuine, trials.pairs_of_people)


def fit_scores(
    genuine: Float64Array, impostor: Float64Array, genuine_people: int, impostor_pairs: int
) -> LogisticLine:
    """The same of scores.

    Args:
        genuine_people: how many independent observations the genuine scores amount to.
        impostor_pairs: the same of the impostor scores.
    """
    scores = np.concatenate([genuine, impostor])
    middle, spread = scores.mean(), max(float(scores.std()), 1e-9)
    x = (scores - middle) / spread
    target = np.concatenate(
        [
            np.full(genuine.size, (genuine_people + 1.0) / (genuine_people + 2.0)),
            np.full(impostor.size, 1.0 / (impostor_pairs + 2.0)),
        ]
    )
    weight = np.concatenate(
        [np.full(genuine.size, 0.5 / genuine.size), np.full(impostor.size, 0.5 / impostor.size)]
    )
    a, b = _newton(x, target, weight)
    if a <= 0:
        raise ValueError("scores of strangers are not lower than those of one person")
    return LogisticLine(float(a / spread), float(b - a * middle / spread))


def _newton(x: Float64Array, target: Float64Array, weight: Float64Array) -> tuple[float, float]:
    a, b = 1.0, 0.0
    loss = _loss(a, b, x, target, weight)
    for _ in range(_STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(a * x + b, -500, 500)))
        residual = weight * (probability - target)
        curvature = weight * probability * (1.0 - probability)
        gradient = np.array([(residual * x).sum(), residual.sum()])
        hessian = np.array(
            [
                [(curvature * x * x).sum() + 1e-12, (curvature * x).sum()],
                [(curvature * x).sum(), curvature.sum() + 1e-12],
            ]
        )
        step = np.linalg.solve(hessian, gradient)
        found = _shorter(a, b, step, loss, (x, target, weight))
        if found is None:
            break
        is_done = loss - found[2] < 1e-14
        a, b, loss = found
        if is_done:
            break
    return a, b


def _shorter(
    a: float,
    b: float,
    step: Float64Array,
    loss: float,
    scored: tuple[Float64Array, Float64Array, Float64Array],
) -> tuple[float, float, float] | None:
    """Newton's step, halved until it does no harm; None when even the smallest does."""
    share = 1.0
    while share > 1e-9:
        one, other = a - share * float(step[0]), b - share * float(step[1])
        next_loss = _loss(one, other, *scored)
        if next_loss <= loss and abs(one) <= _STEEPEST:
            return one, other, next_loss
        share /= 2.0
    return None


def _loss(a: float, b: float, x: Float64Array, target: Float64Array, weight: Float64Array) -> float:
    odds = a * x + b
    cost = target * np.logaddexp(0.0, -odds) + (1.0 - target) * np.logaddexp(0.0, odds)
    return float((weight * cost).sum())
