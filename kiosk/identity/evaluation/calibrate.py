"""From measured trials to an entry of the calibration file."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TrialSetTooSmall
from kiosk.identity.calibration_file import BoundRow, EngineCalibration, pack_vectors
from kiosk.identity.evaluation import bootstrap, logistic
from kiosk.identity.evaluation.bootstrap import PeopleBootstrap
from kiosk.identity.evaluation.bounds import OperatingPoint, demonstrated_bound, operating_point
from kiosk.identity.evaluation.logistic import LogisticLine
from kiosk.identity.evaluation.rates import equal_error_rate, threshold_at
from kiosk.identity.evaluation.scoring import Embedded, SpaceChoice, person_means
from kiosk.identity.evaluation.trials import Trials

LEAST_PEOPLE = 8
"""With fewer, 28 pairs of people show no FAR below 10 %: nothing that a policy could use."""
LEAST_GENUINE = 20
LEAST_IMPOSTOR = 100
FACTOR_FAR = 1e-3
"""What a similarity that counts as one proof among others may be passed by, as counted in the set."""
FACTOR_FRR = 0.05
"""What it may cost, where the set is too small to show that FAR.

There the threshold says nothing but where the nearest of a few strangers stood, and another population's stand nearer.
So it is made as strict as this share of rejected people allows; the count decides it, before any pair is looked at.
"""
FUSED_CONFIDENCE = 0.975
"""For each of two engines, so that both bounds hold together with 95 %."""

_COUNTS = (0, 1, 2, 5)
"""Wrong accepts at which a row of the table stands, and ten, a hundred... times as many.

Fixed beforehand, so that the exact bound of each row stays exact though the threshold was read from the same scores.
"""
_MOST_ROWS_FAR = 0.2


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine on one set."""

    engine_id: str
    modality: Modality
    dataset: str
    made_at: date
    template_samples: int
    embedded: Embedded
    choice: SpaceChoice

    @property
    def trials(self) -> Trials:
        """In the space that was chosen."""
        return self.choice.trials


def require_enough(trials: Trials) -> None:
    """Refuse a set from which no figure would mean anything.

    Raises:
        TrialSetTooSmall: says what is there and what is needed.
    """
    have = (
        ("人", trials.people, LEAST_PEOPLE),
        ("组同一个人的比对", trials.genuine.size, LEAST_GENUINE),
        ("组不同的人的比对", trials.impostor.size, LEAST_IMPOSTOR),
    )
    missing = tuple(
        f"有{count}{what}，至少要{need}{what}" for what, count, need in have if count < need
    )
    if missing:
        raise TrialSetTooSmall(missing)


def calibrate(
    measured: Measured,
    draws: PeopleBootstrap | None = None,
    *,
    factor_similarity: float | None = None,
    with_cohort: bool = False,
) -> EngineCalibration:
    """Make the entry.

    Args:
        draws: of the trials; made here when not given.
        factor_similarity: instead of the one by ``FACTOR_FAR``; for a set that is not of the people here.
        with_cohort: write the people's mean embeddings into the file, where the chosen space needs them.
    Raises:
        TrialSetTooSmall: too few people or comparisons, or the scores tell nobody apart.
    """
    trials, choice = measured.trials, measured.choice
    require_enough(trials)
    try:
        line = logistic.fit(trials)
    except ValueError as error:
        raise TrialSetTooSmall(("这些分数分不清是不是同一个人，不能用来校准",)) from error
    draws = draws or PeopleBootstrap(trials)
    means = person_means(measured.embedded)
    if factor_similarity is None:
        factor_similarity = factor_limit(trials, draws)
    return EngineCalibration(
        engine_id=measured.engine_id,
        modality=measured.modality.value,
        metric=measured.embedded.metric.value,
        template_samples=measured.template_samples,
        dataset=measured.dataset,
        made_at=measured.made_at,
        people=trials.people,
        pairs_of_people=trials.pairs_of_people,
        genuine=trials.genuine.size,
        impostor=trials.impostor.size,
        equal_error_rate=round(equal_error_rate(trials), 6),
        slope=line.slope,
        offset=line.offset,
        factor_similarity=round(factor_similarity, 6),
        rows=bound_rows(trials, line, draws),
        centre=pack_vectors(means.mean(axis=0)) if choice.is_centred else None,
        cohort=pack_vectors(means) if choice.is_normed and with_cohort else None,
    )


def factor_limit(trials: Trials, draws: PeopleBootstrap) -> float:
    """The similarity from which a comparison counts as one proof among others; see ``FACTOR_FRR``."""
    counted = threshold_at(trials, FACTOR_FAR)
    if operating_point(trials, counted, draws).false_accept_bound <= FACTOR_FAR:
        return counted
    rejected = int(FACTOR_FRR * trials.genuine.size)
    return max(counted, float(np.sort(trials.genuine)[rejected]))


def bound_rows(trials: Trials, line: LogisticLine, draws: PeopleBootstrap) -> tuple[BoundRow, ...]:
    """The table, loosest first; each bound at most the one before, as a stricter threshold passes nobody more."""
    impostor = np.sort(trials.impostor)[::-1]
    rows: list[BoundRow] = []
    bound = fused = 1.0
    for count in reversed(_counts(impostor.size)):
        threshold = float(np.nextafter(impostor[count], np.inf))
        point = operating_point(trials, threshold, draws)
        bound = min(bound, point.false_accept_bound)
        fused = min(fused, _fused_bound(trials, point, draws))
        if rows and rows[-1].similarity >= threshold:
            continue  # equal scores
        rows.append(_row(point, line, bound, max(bound, fused)))
    return tuple(rows)


def _counts(impostors: int) -> list[int]:
    counts = [0]
    scale = 1
    while scale * _COUNTS[1] <= _MOST_ROWS_FAR * impostors:
        counts += [scale * c for c in _COUNTS[1:] if scale * c <= _MOST_ROWS_FAR * impostors]
        scale *= 10
    return counts


def _fused_bound(trials: Trials, point: OperatingPoint, draws: PeopleBootstrap) -> float:
    far = point.false_accept
    return demonstrated_bound(
        far.errors,
        far.trials,
        trials.pairs_of_people,
        bootstrap.upper(draws.false_accept_rates(point.threshold), FUSED_CONFIDENCE),
        FUSED_CONFIDENCE,
    )


def _row(point: OperatingPoint, line: LogisticLine, bound: float, fused: float) -> BoundRow:
    far, frr = point.false_accept, point.false_reject
    return BoundRow(
        similarity=point.threshold,
        llr=line.slope * point.threshold + line.offset,
        false_accepts=far.errors,
        far=far.value,
        far_bound=bound,
        far_bound_fused=fused,
        false_rejects=frr.errors,
        frr=frr.value,
        frr_low=frr.widest.low,
        frr_high=frr.widest.high,
    )
