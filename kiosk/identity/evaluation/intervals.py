"""How sure a counted rate is: exact intervals for errors that were counted in trials. Pure Python.

Rates of wrong accepts and rejects are small counts of many trials, where the normal approximation is worthless; these
intervals hold for every count, zero included.
"""

import math
from dataclasses import dataclass

CONFIDENCE = 0.95
"""Of every interval and bound that is stated, unless it says otherwise."""

_TINY = 1e-300
_HALVINGS = 60
"""Of a range of 690 down to less than a rounding error."""
_MOST_STEPS = 100_000
"""Of the continued fraction; it takes about the square root of the larger parameter."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true rate lies, with the confidence that was asked for."""

    low: float
    high: float


def clopper_pearson(errors: float, trials: float, confidence: float = CONFIDENCE) -> Interval:
    """The exact two-sided interval of a rate.

    Args:
        errors: how often it happened; need not be whole, see ``upper_bound``.
        trials: of independent trials; none gives the interval that says nothing.
    Source: Clopper and Pearson, Biometrika 26 (1934); by quantiles of the beta distribution.
    """
    _check(errors, trials)
    if trials == 0:
        return Interval(0.0, 1.0)
    half = (1.0 - confidence) / 2.0
    low = 0.0 if errors <= 0 else beta_quantile(half, errors, trials - errors + 1.0)
    high = 1.0 if errors >= trials else beta_quantile(1.0 - half, errors + 1.0, trials - errors)
    return Interval(low, high)


def upper_bound(errors: float, trials: float, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided upper bound of a rate: what "demonstrated to be below" means.

    Zero errors in 299,572 trials demonstrate a rate below 1e-5.

    Args:
        errors: need not be whole: with trials that depend on each other, rate times their effective number.
        trials: the number of trials, or their effective number.
    Source: Clopper and Pearson (1934); with an effective number of trials Korn and Graubard, Survey Methodology 24
        (1998).
    """
    _check(errors, trials)
    if trials == 0 or errors >= trials:
        return 1.0
    return beta_quantile(confidence, errors + 1.0, trials - errors)


def rule_of_three(trials: float) -> float:
    """About the upper bound at 95 % after no error at all.

    Source: Hanley and Lippman-Hand, JAMA 249 (1983).
    """
    return min(1.0, 3.0 / trials) if trials > 0 else 1.0


def trials_needed(rate: float, confidence: float = CONFIDENCE) -> int:
    """How many independent trials without an error demonstrate that a rate is below this one."""
    return math.ceil(math.log1p(-confidence) / math.log1p(-rate))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x with ``incomplete_beta(x, a, b) == probability``, by bisection on the logarithm of x or of 1 - x."""
    if probability <= 0.0:
        return 0.0
    if probability >= 1.0:
        return 1.0
    if incomplete_beta(0.5, a, b) < probability:
        # Near 1 the distance to 1 is what has to be exact.
        return 1.0 - beta_quantile(1.0 - probability, b, a)
    low, high = math.log(_TINY), math.log(0.5)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if incomplete_beta(math.exp(middle), a, b) < probability:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2.0)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: how probable a beta-distributed number is at most x.

    Source: continued fraction by the method of Lentz; Abramowitz and Stegun 26.5.8.
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front += a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    result = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            result *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _check(errors: float, trials: float) -> None:
    if not 0 <= errors <= trials:
        raise ValueError("errors lie between none and every trial")
