"""Everything that is measured of one engine on one set."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality
from kiosk.domain.identity_policy import TARGET_FAR, Assurance
from kiosk.identity.evaluation import bootstrap, logistic
from kiosk.identity.evaluation.attacks import AttackResult
from kiosk.identity.evaluation.bootstrap import PeopleBootstrap
from kiosk.identity.evaluation.bounds import OperatingPoint, operating_point, strictest_useful
from kiosk.identity.evaluation.calibrate import FACTOR_FAR, Measured, require_enough
from kiosk.identity.evaluation.intervals import Interval, clopper_pearson, trials_needed
from kiosk.identity.evaluation.rates import cllr, det_curve, equal_error_rate, threshold_at
from kiosk.identity.evaluation.samples import Described
from kiosk.identity.evaluation.scoring import choose_space, every_pair, every_template
from kiosk.identity.evaluation.trial_set import LeftOut, Person
from kiosk.identity.evaluation.trials import IntArray, Trials

TARGETS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
"""FARs for which thresholds are stated."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """The loosest threshold whose counted FAR meets a target, and what that shows."""

    target_far: float
    point: OperatingPoint

    @property
    def is_demonstrated(self) -> bool:
        """Whether the bound, not only the count, lies below the target."""
        return self.point.false_accept_bound <= self.target_far

    @property
    def is_counted(self) -> bool:
        """Whether there are enough trials for one wrong accept to be allowed; else the row is the set's strictest."""
        return self.target_far * self.point.false_accept.trials >= 1


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One part of the people, at the same threshold as everybody."""

    group: str
    """Such as ``sex:female`` or ``age:70-79``."""
    people: int
    given: int
    """Samples of the group that were tried."""
    used: int
    """Of these, samples in which something could be compared: the rest was turned away before any score."""
    point: OperatingPoint | None
    """None where the group has no trials of its own."""


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What the policy can do with this engine alone at one level."""

    level: Assurance
    target_far: float
    shown: OperatingPoint | None
    """The loosest threshold that the set shows to meet the target, or None: a second factor is needed."""
    pairs_needed: int
    """Pairs of people that would have to be compared without an error."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One engine on one set."""

    measured: Measured
    draws: PeopleBootstrap
    people: tuple[Person, ...]
    given: int
    left_out: tuple[LeftOut, ...]
    equal_error: float
    equal_error_interval: Interval
    cost_bits: float
    """Cllr of the calibrated scores of people who were not in the fit."""
    targets: tuple[TargetRow, ...]
    reference: OperatingPoint
    """At the threshold by which groups are compared."""
    is_reference_in_use: bool
    """It is the one at which a comparison counts as a proof on this machine; else it was counted in this set."""
    groups: tuple[GroupRow, ...]
    policy: tuple[PolicyRow, ...]
    attacks: AttackResult | None = None
    unjudged_attacks: Mapping[str, int] | None = None
    """Attacks in the folder that no detector has judged, by species."""

    @property
    def trials(self) -> Trials:
        """In the space that was chosen."""
        return self.measured.trials

    @property
    def least_bound(self) -> float:
        """The lowest FAR that this set can show: that of a threshold above every stranger in it."""
        strictest = strictest_useful(self.trials)
        return operating_point(self.trials, strictest, self.draws).false_accept_bound

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many files were left out, by reason."""
        return dict(Counter(one.reason for one in self.left_out).most_common())

    def with_attacks(
        self, attacks: Mapping[str, Sequence[Path]], result: AttackResult | None = None
    ) -> "Evaluation":
        """The same with the attacks of the folder, judged or only counted."""
        waiting = None if result else {name: len(paths) for name, paths in attacks.items()}
        return replace(self, attacks=result, unjudged_attacks=waiting)


def evaluate(
    described: Described,
    *,
    engine_id: str,
    modality: Modality,
    dataset: str,
    made_at: date,
    template_samples: int = 1,
    may_norm: bool = False,
    in_use: float | None = None,
    on_step: Callable[[str], None] = lambda _step: None,
) -> Evaluation:
    """Compare everybody with everybody and count.

    Args:
        template_samples: samples in a template; 1 compares each two samples once.
        may_norm: try AS-norm too.
        in_use: the similarity at which a comparison counts as a proof on this machine.
        on_step: told what is done next.
    Raises:
        TrialSetTooSmall: nothing could be said.
    """
    embedded = described.embedded
    comparisons = (
        every_pair(embedded)
        if template_samples == 1
        else every_template(embedded, template_samples)
    )
    on_step("space")
    require_enough(_truth_of(*comparisons.people_of(embedded)))
    choice = choose_space(embedded, comparisons, may_norm=may_norm)
    measured = Measured(engine_id, modality, dataset, made_at, template_samples, embedded, choice)
    trials = choice.trials
    on_step("people")
    draws = PeopleBootstrap(trials)
    targets = tuple(
        TargetRow(target, operating_point(trials, threshold_at(trials, target), draws))
        for target in TARGETS
    )
    on_step("groups")
    if in_use is not None and (choice.is_centred or choice.is_normed):
        in_use = None  # of another space
    threshold = threshold_at(trials, FACTOR_FAR) if in_use is None else in_use
    reference = operating_point(trials, threshold, draws)
    return Evaluation(
        measured,
        draws,
        described.people,
        described.given,
        described.left_out,
        equal_error_rate(trials),
        _equal_error_interval(trials, draws),
        _held_out_cost(trials),
        targets,
        reference,
        in_use is not None,
        tuple(_groups(described, trials, reference.threshold)),
        tuple(_policy(trials, draws)),
    )


def _equal_error_interval(trials: Trials, draws: PeopleBootstrap) -> Interval:
    """The draws' own, widened to what the counts at that threshold allow: no error at all is not proof of none."""
    drawn = bootstrap.interval(draws.equal_error_rates(trials.similarity))
    curve = det_curve(trials)
    meeting = int(np.argmax(curve.false_reject >= curve.false_accept))
    point = operating_point(trials, float(curve.threshold[meeting]), draws)
    far, frr = point.false_accept, point.false_reject
    pairs = min(far.trials, trials.pairs_of_people)
    return Interval(
        min(drawn.low, far.exact.low),
        max(drawn.high, frr.exact.high, clopper_pearson(far.value * pairs, pairs).high),
    )


def _truth_of(first: IntArray, second: IntArray) -> Trials:
    """The trials without their scores."""
    return Trials(np.zeros(len(first)), first, second)


def _held_out_cost(trials: Trials) -> float:
    """Half of the people make the line, it is tried on the other half, and the other way round; NaN when too few."""
    people = np.union1d(trials.first, trials.second)
    shuffled = np.random.default_rng(1).permutation(people)
    halves = shuffled[::2], shuffled[1::2]
    costs = []
    for fitted, tried in (halves, halves[::-1]):
        own, other = _among(trials, fitted), _among(trials, tried)
        if not (other.genuine.size and other.impostor.size):
            continue
        try:
            line = logistic.fit(own)
        except ValueError:
            continue
        costs.append(cllr(line.llr(other.genuine), line.llr(other.impostor)))
    return float(np.mean(costs)) if costs else float("nan")


def _among(trials: Trials, people: IntArray) -> Trials:
    return trials.where(np.isin(trials.first, people) & np.isin(trials.second, people))


def _policy(trials: Trials, draws: PeopleBootstrap) -> Iterator[PolicyRow]:
    impostor = np.sort(trials.impostor)[::-1]
    for level, target in TARGET_FAR.items():
        shown = None
        # Stricter thresholds have lower bounds, so the loosest that is good is found by halving.
        low, high = 0, int(target * impostor.size) + 1
        while low < high:
            middle = (low + high) // 2
            point = operating_point(
                trials, float(np.nextafter(impostor[min(middle, impostor.size - 1)], np.inf)), draws
            )
            if point.false_accept_bound <= target:
                shown, low = point, middle + 1
            else:
                high = middle
        yield PolicyRow(level, target, shown, trials_needed(target))


def _groups(described: Described, trials: Trials, threshold: float) -> Iterator[GroupRow]:
    for name, belongs in _memberships(described):
        chosen = [place for place, person in enumerate(described.people) if belongs(person)]
        part = trials.where(np.isin(trials.first, chosen) & np.isin(trials.second, chosen))
        tried = [one for one in described.tried if belongs(one.person)]
        yield GroupRow(
            name,
            len(tried),
            sum(one.given for one in tried),
            sum(one.used for one in tried),
            operating_point(part, threshold, PeopleBootstrap(part)) if part.people else None,
        )


def _memberships(described: Described) -> Iterator[tuple[str, Callable[[Person], bool]]]:
    everybody = [one.person for one in described.tried]
    for sex in sorted({person.sex for person in everybody} - {""}):
        yield f"sex:{sex}", partial(_has_sex, sex)
    for band in AgeBand:
        if any(person.age_band is band for person in everybody):
            yield f"age:{band.value}", partial(_has_age, band)


def _has_sex(sex: str, person: Person) -> bool:
    return person.sex == sex


def _has_age(band: AgeBand, person: Person) -> bool:
    return person.age_band is band
