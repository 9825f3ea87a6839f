"""Face and voice together: evidence is added, and a threshold on the sum is taken only when both sets show its bound.

Missing evidence is 0. Liveness and quality stand apart: they decide whether a score counts at all and are never
outvoted by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kiosk.domain.identity_evidence import BiometricEvidence
from kiosk.domain.identity_policy import TARGET_FAR, Assurance, DemonstratedThreshold
from kiosk.identity.calibration import Calibrator

DEPENDENCE_MARGIN = 2.0
"""By how much the bound of a sum is raised, as face and voice of a stranger are not quite independent.

Both take strangers of the same sex for alike far more often than others. Were all wrong accepts of both among the
half of pairs that are of one sex, the joint rate would be twice the product.
"""


def total_llr(evidence: Iterable[BiometricEvidence]) -> float:
    """The sum.

    Raises:
        ValueError: two pieces of one modality: they are not independent, the better one would count twice.
    """
    pieces = list(evidence)
    if len({piece.modality for piece in pieces}) != len(pieces):
        raise ValueError("one piece of evidence of each modality")
    return sum(piece.llr for piece in pieces)


@dataclass(frozen=True, slots=True)
class Fusion:
    """What the calibrated engines can show, alone and together."""

    by_engine: Mapping[str, Calibrator]

    def thresholds(
        self, evidence: Sequence[BiometricEvidence]
    ) -> dict[Assurance, DemonstratedThreshold | None]:
        """For each level the threshold on the sum of this evidence."""
        used = [self.by_engine.get(piece.engine_id) for piece in evidence]
        known = [calibrator for calibrator in used if calibrator is not None]
        if not known or len(known) != len(used):
            return dict.fromkeys(TARGET_FAR)
        return {level: self.threshold_for(known, target) for level, target in TARGET_FAR.items()}

    @staticmethod
    def threshold_for(
        engines: Sequence[Calibrator], target_far: float
    ) -> DemonstratedThreshold | None:
        """The loosest threshold on the sum whose FAR is shown to be at most the target, or None."""
        if len(engines) == 1:
            return engines[0].threshold_for(target_far)
        steps = _sum_survival([engine.survival() for engine in engines])
        for llr, bound in steps:
            raised = DEPENDENCE_MARGIN * bound
            if 0.0 < raised <= target_far:
                names = " + ".join(engine.engine.dataset for engine in engines)
                return DemonstratedThreshold(llr, target_far, raised, names)
        return None


_Steps = Sequence[tuple[float, float]]


def _sum_survival(parts: Sequence[_Steps]) -> list[tuple[float, float]]:
    """Steps (sum, bound) of a sum, rising.

    Each part is replaced by the worst one that its steps allow: strangers who reach one step all reach almost the
    next. What is then added is exact.
    """
    masses: dict[float, float] = {0.0: 1.0}
    for steps in parts:
        if not steps:
            return []
        joined: dict[float, float] = {}
        for value, mass in _worst_masses(steps):
            for other, share in masses.items():
                joined[value + other] = joined.get(value + other, 0.0) + mass * share
        masses = joined
    reached = 0.0
    falling: list[tuple[float, float]] = []
    for value in sorted(masses, reverse=True):
        reached += masses[value]
        falling.append((value, reached))
    return falling[::-1]


def _worst_masses(steps: _Steps) -> list[tuple[float, float]]:
    """Values and probabilities of the distribution with the largest scores that the bounds allow."""
    masses = []
    passing = 1.0
    for value, bound in steps:
        here = min(passing, bound)
        masses.append((value, passing - here))
        passing = here
    # Whoever passes the last step has its value: no score is worth more.
    value, rest = masses[-1]
    masses[-1] = (value, rest + passing)
    return [(value, mass) for value, mass in masses if mass > 0]
