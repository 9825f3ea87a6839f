"""What a set of trials shows about a threshold: counted rates, intervals, and the bound that it demonstrates."""

from dataclasses import dataclass

import numpy as np

from kiosk.identity.evaluation import bootstrap
from kiosk.identity.evaluation.bootstrap import PeopleBootstrap
from kiosk.identity.evaluation.intervals import CONFIDENCE, Interval, clopper_pearson, upper_bound
from kiosk.identity.evaluation.rates import false_accepts, false_rejects
from kiosk.identity.evaluation.trials import Trials


@dataclass(frozen=True, slots=True)
class Rate:
    """A counted error rate with both of its intervals."""

    errors: int
    trials: int
    exact: Interval
    """Clopper-Pearson over trials, 95 %; right where trials do not depend on each other."""
    people: Interval
    """Bootstrap over people, 95 %."""

    @property
    def value(self) -> float:
        """The counted rate; 0 without trials."""
        return self.errors / self.trials if self.trials else 0.0

    @property
    def widest(self) -> Interval:
        """From the lower of both lower ends to the higher of both upper ends."""
        return Interval(
            min(self.exact.low, self.people.low), max(self.exact.high, self.people.high)
        )


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What happens at one threshold."""

    threshold: float
    false_accept: Rate
    false_accept_bound: float
    """The FAR is below this with 95 % confidence, by the worst of three ways of counting."""
    false_reject: Rate


def operating_point(trials: Trials, threshold: float, draws: PeopleBootstrap) -> OperatingPoint:
    """Everything about one threshold.

    Args:
        draws: of these trials.
    """
    accepted, impostors = false_accepts(trials, threshold), trials.impostor.size
    rejected, genuine = false_rejects(trials, threshold), trials.genuine.size
    draws_far, draws_frr = draws.false_accept_rates(threshold), draws.false_reject_rates(threshold)
    far = Rate(
        accepted,
        impostors,
        clopper_pearson(accepted, impostors),
        bootstrap.interval(draws_far) if impostors else Interval(0.0, 1.0),
    )
    frr = Rate(
        rejected,
        genuine,
        clopper_pearson(rejected, genuine),
        bootstrap.interval(draws_frr) if genuine else Interval(0.0, 1.0),
    )
    bound = demonstrated_bound(
        accepted, impostors, trials.pairs_of_people, bootstrap.upper(draws_far)
    )
    return OperatingPoint(threshold, far, bound, frr)


def demonstrated_bound(
    errors: int,
    trials: int,
    pairs_of_people: int,
    bootstrap_upper: float,
    confidence: float = CONFIDENCE,
) -> float:
    """The largest of three one-sided bounds.

    Clopper-Pearson over trials takes trials for independent. The bootstrap over people knows who is like whom, but says
    0 when no error was counted at all. So each pair of people also counts as one trial, whose error is the rate:
    without an error, 15 people show no more than 3 in 105, however many pictures of them there are.
    """
    if not trials:
        return 1.0
    effective = min(trials, pairs_of_people)
    return max(
        upper_bound(errors, trials, confidence),
        upper_bound(errors / trials * effective, effective, confidence),
        bootstrap_upper,
    )


def strictest_useful(trials: Trials) -> float:
    """The similarity just above every impostor of the set: nothing stricter can be shown to be better."""
    return float(np.nextafter(trials.impostor.max(), np.inf))
