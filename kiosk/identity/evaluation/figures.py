"""The figures of an evaluation as plain data: what ``report.json`` holds. Numbers for people, never their names."""

import csv
import io
import math
from collections.abc import Iterable

import numpy as np

from kiosk.identity.evaluation.attacks import AttackResult, Judged
from kiosk.identity.evaluation.bounds import OperatingPoint, Rate
from kiosk.identity.evaluation.evaluation import Evaluation
from kiosk.identity.evaluation.intervals import Interval, rule_of_three
from kiosk.identity.evaluation.trials import Trials

VERSION = 1


def figures(evaluation: Evaluation) -> dict[str, object]:
    """Everything, for programs; keys are stable."""
    trials, measured = evaluation.trials, evaluation.measured
    return {
        "version": VERSION,
        "engine": measured.engine_id,
        "modality": measured.modality.value,
        "dataset": measured.dataset,
        "made_at": measured.made_at.isoformat(),
        "template_samples": measured.template_samples,
        "people": trials.people,
        "people_with_genuine": trials.people_with_genuine,
        "pairs_of_people": trials.pairs_of_people,
        "samples": {
            "given": evaluation.given,
            "used": len(measured.embedded.person),
            "left_out": dict(evaluation.reasons),
            "left_out_files": [[one.path, one.reason] for one in evaluation.left_out],
        },
        "trials": {"genuine": trials.genuine.size, "impostor": trials.impostor.size},
        "space": {
            "centred": measured.choice.is_centred,
            "as_norm": measured.choice.is_normed,
            "tried": [{"space": name, "eer": rate} for name, rate in measured.choice.tried],
        },
        "eer": {"value": evaluation.equal_error, **_interval(evaluation.equal_error_interval)},
        "cllr_bits": None if math.isnan(evaluation.cost_bits) else evaluation.cost_bits,
        "rule_of_three": {
            "trials": rule_of_three(trials.impostor.size),
            "pairs_of_people": rule_of_three(trials.pairs_of_people),
        },
        "targets": [
            {
                "target_far": row.target_far,
                "counted": row.is_counted,
                "demonstrated": row.is_demonstrated,
                **_point(row.point),
            }
            for row in evaluation.targets
        ],
        "policy": [
            {
                "assurance": int(row.level),
                "target_far": row.target_far,
                "pairs_needed_without_error": row.pairs_needed,
                "shown": None if row.shown is None else _point(row.shown),
            }
            for row in evaluation.policy
        ],
        "groups": [
            {
                "group": row.group,
                "people": row.people,
                "samples_given": row.given,
                "samples_used": row.used,
                "at_reference": None if row.point is None else _point(row.point),
            }
            for row in evaluation.groups
        ],
        "attacks": _attacks(evaluation.attacks),
        "attacks_not_judged": dict(evaluation.unjudged_attacks or {}),
    }


def score_table(trials: Trials) -> str:
    """Every trial as CSV: numbers of the two people, whether they are one, the similarity."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(("claimed", "present", "genuine", "similarity"))
    rows: Iterable[tuple[int, int, float]] = zip(
        trials.first.tolist(), trials.second.tolist(), trials.similarity.tolist(), strict=True
    )
    for one, other, similarity in rows:
        writer.writerow((one + 1, other + 1, int(one == other), f"{similarity:.6f}"))
    return target.getvalue()


def _interval(interval: Interval) -> dict[str, float]:
    return {"low": interval.low, "high": interval.high}


def _rate(rate: Rate) -> dict[str, object]:
    return {
        "errors": rate.errors,
        "trials": rate.trials,
        "rate": rate.value,
        "clopper_pearson": _interval(rate.exact),
        "people_bootstrap": _interval(rate.people),
    }


def _point(point: OperatingPoint) -> dict[str, object]:
    return {
        "threshold": float(np.float64(point.threshold)),
        "false_accept": _rate(point.false_accept),
        "false_accept_bound_95": point.false_accept_bound,
        "false_reject": _rate(point.false_reject),
    }


def _attacks(result: AttackResult | None) -> dict[str, object] | None:
    if result is None:
        return None
    worst = result.worst
    return {
        "detector": result.detector,
        "apcer_by_species": {one.group: _judged(one) for one in result.species},
        "apcer_worst": worst.group if worst else None,
        "bpcer": _judged(result.bona_fide),
    }


def _judged(judged: Judged) -> dict[str, object]:
    return {
        "errors": judged.errors,
        "answered": judged.answered,
        "no_answer": judged.silent,
        "rate": judged.rate,
        **_interval(judged.interval),
    }
