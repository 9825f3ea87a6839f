"""Error rates by threshold: a comparison is accepted when its similarity is at least the threshold."""

from dataclasses import dataclass

import numpy as np

from kiosk.identity.evaluation.trials import Float64Array, Trials


@dataclass(frozen=True, slots=True)
class DetCurve:
    """Both error rates at every threshold that makes a difference, loosest first."""

    threshold: Float64Array
    false_accept: Float64Array
    """FAR (FMR): share of impostor trials that are accepted."""
    false_reject: Float64Array
    """FRR (FNMR): share of genuine trials that are not."""


def det_curve(trials: Trials) -> DetCurve:
    """Count both errors at every score.

    Raises:
        ValueError: genuine or impostor trials are missing.
    """
    genuine, impostor = np.sort(trials.genuine), np.sort(trials.impostor)
    if not genuine.size or not impostor.size:
        raise ValueError("a curve needs genuine and impostor trials")
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    # One more, above every score: nobody is accepted.
    thresholds = np.append(thresholds, np.nextafter(thresholds[-1], np.inf))
    accepted = impostor.size - np.searchsorted(impostor, thresholds, side="left")
    rejected = np.searchsorted(genuine, thresholds, side="left")
    return DetCurve(thresholds, accepted / impostor.size, rejected / genuine.size)


def equal_error_rate(trials: Trials) -> float:
    """Where both error rates meet, on the straight line between the two points of the curve around it."""
    curve = det_curve(trials)
    return meeting_point(curve.false_accept, curve.false_reject)


def meeting_point(false_accept: Float64Array, false_reject: Float64Array) -> float:
    """The rate where a falling and a rising curve meet."""
    gap = false_reject - false_accept
    after = int(np.argmax(gap >= 0))
    if after == 0 or gap[after] == 0:
        return float(max(false_accept[after], false_reject[after]))
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(false_reject[after - 1] + share * (false_reject[after] - false_reject[after - 1]))


def threshold_at(trials: Trials, target_far: float) -> float:
    """The loosest threshold at which the counted FAR is at most the target; what was counted, not what is shown."""
    impostor = np.sort(trials.impostor)[::-1]
    if not impostor.size:
        raise ValueError("a threshold needs impostor trials")
    allowed = int(np.floor(target_far * impostor.size + 1e-9))
    if allowed >= impostor.size:
        return float(trials.similarity.min())
    return float(np.nextafter(impostor[allowed], np.inf))


def false_accepts(trials: Trials, threshold: float) -> int:
    """How many impostor trials are accepted."""
    return int(np.count_nonzero(trials.impostor >= threshold))


def false_rejects(trials: Trials, threshold: float) -> int:
    """How many genuine trials are not accepted."""
    return int(np.count_nonzero(trials.genuine < threshold))


def cllr(genuine_llr: Float64Array, impostor_llr: Float64Array) -> float:
    """What calibrated scores cost as evidence, in bits: 0 is perfect, 1 says nothing, more misleads.

    Source: Brümmer and du Preez, Computer Speech and Language 20 (2006).
    """
    one = np.logaddexp(0.0, -genuine_llr).mean()
    other = np.logaddexp(0.0, impostor_llr).mean()
    return float((one + other) / (2.0 * np.log(2.0)))
