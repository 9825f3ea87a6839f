"""Kiosks' score logs move the line of a calibration; the bounds stay those of the set whose people are known.

A log names no people, so nobody can say how many strangers its scores are of, and no bound can rest on it. It can
contradict one: where more strangers pass than the bound allows, the bound is raised.
"""

from datetime import date

import numpy as np

from kiosk.errors import TrialSetTooSmall
from kiosk.identity.calibration_file import BoundRow, EngineCalibration
from kiosk.identity.evaluation import logistic
from kiosk.identity.evaluation.calibrate import FUSED_CONFIDENCE, LEAST_GENUINE, LEAST_IMPOSTOR
from kiosk.identity.evaluation.intervals import upper_bound
from kiosk.identity.evaluation.logistic import LogisticLine
from kiosk.identity.evaluation.trials import Float64Array

_DATASET_LETTERS = 300


def recalibrate(
    engine: EngineCalibration,
    genuine: Float64Array,
    impostor: Float64Array,
    dataset: str,
    made_at: date,
) -> EngineCalibration:
    """The same entry with a line through logged scores.

    Args:
        genuine: similarities of residents whose card lay there too.
        impostor: similarities of accepted pictures to other residents' templates.
        dataset: what the logs are called.
    Raises:
        TrialSetTooSmall: too few lines, or they tell nobody apart, or the entry compares in another space.
    """
    if engine.centre is not None or engine.cohort is not None:
        raise TrialSetTooSmall(("校准用了本地平均或归一，机器记下的分数对不上；请用文件夹重新做",))
    have = (
        ("条本人的分数", genuine.size, LEAST_GENUINE),
        ("条别人的分数", impostor.size, LEAST_IMPOSTOR),
    )
    missing = tuple(
        f"有{count}{what}，至少要{need}条" for what, count, need in have if count < need
    )
    if missing:
        raise TrialSetTooSmall(missing)
    try:
        line = logistic.fit_scores(genuine, impostor, genuine.size, impostor.size)
    except ValueError as error:
        raise TrialSetTooSmall(("这些分数分不清是不是同一个人，不能用来校准",)) from error
    return EngineCalibration(
        **engine.model_dump(exclude={"slope", "offset", "rows", "dataset", "made_at"}),
        slope=line.slope,
        offset=line.offset,
        rows=_raised(engine.rows, line, impostor),
        dataset=f"{engine.dataset}; line from {dataset}"[:_DATASET_LETTERS],
        made_at=made_at,
    )


def _raised(
    rows: tuple[BoundRow, ...], line: LogisticLine, impostor: Float64Array
) -> tuple[BoundRow, ...]:
    raised: list[BoundRow] = []
    least = least_fused = 0.0
    # From the strictest: a looser threshold never has a lower bound.
    for row in reversed(rows):
        passed = int(np.count_nonzero(impostor >= row.similarity))
        bound, fused = row.far_bound, row.far_bound_fused
        if passed / impostor.size > bound:
            bound = upper_bound(passed, impostor.size)
            fused = max(fused, upper_bound(passed, impostor.size, FUSED_CONFIDENCE))
        least, least_fused = max(least, bound), max(least_fused, fused)
        raised.append(
            row.model_copy(
                update={
                    "llr": line.slope * row.similarity + line.offset,
                    "far_bound": least,
                    "far_bound_fused": max(least, least_fused),
                }
            )
        )
    return tuple(reversed(raised))
