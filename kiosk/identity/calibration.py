"""What a score is worth: similarities become log-likelihood ratios, and a target FAR a threshold that data can show."""

import math
from dataclasses import dataclass

import numpy as np

from kiosk.domain.identity_evidence import BiometricEvidence, Modality, Score
from kiosk.domain.identity_policy import DemonstratedThreshold
from kiosk.errors import TemplateUnusable
from kiosk.identity.calibration_file import BoundRow, CalibrationFile, EngineCalibration
from kiosk.identity.score_space import Float64Array, ScoreSpace
from kiosk.services.ports import Embedding, FaceTemplate

LEAST_LLR = -20.0
"""How much one bad comparison can say against a person. No set shows so much, but it errs towards refusing."""


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Of one engine."""

    engine: EngineCalibration
    space: ScoreSpace

    @classmethod
    def of(cls, engine: EngineCalibration) -> "Calibrator":
        """Read the vectors, if there are any.

        Raises:
            CalibrationUnusable: they are damaged.
        """
        return cls(engine, engine.space())

    @property
    def modality(self) -> Modality:
        """Face or voice."""
        return Modality(self.engine.modality)

    @property
    def most_llr(self) -> float:
        """How much one comparison can say for a person at the most.

        Without an error in 100 independent trials the FAR may still be 3 %, so no score of that set is worth more than
        ln(1 / 0.03), however far the line goes on. This cap is what makes the bound of a sum provable.
        """
        rows = self.engine.rows
        return _worth(rows[-1].far_bound) if rows else 0.0

    def similarity(self, probe: Embedding, template: FaceTemplate) -> Score:
        """Compare in the space that the figures are of.

        Raises:
            TemplateUnusable: of another engine, or damaged.
        """
        if template.engine_id != self.engine.engine_id:
            raise TemplateUnusable("the template was made by another engine; enrol again")
        return self.compare(probe, template.vectors)

    def compare(self, probe: Embedding, enrolled: tuple[bytes, ...]) -> Score:
        """The same with bare vectors: little-endian float32, one for each enrolled sample.

        Raises:
            TemplateUnusable: damaged, or of another length than the probe.
        """
        try:
            vectors = np.stack([np.frombuffer(one, dtype="<f4") for one in enrolled])
        except ValueError as error:
            raise TemplateUnusable("the template is damaged; enrol again") from error
        if vectors.shape[1:] != probe.shape or not np.isfinite(vectors).all():
            raise TemplateUnusable("the template is damaged; enrol again")
        one: Float64Array = probe.astype(np.float64)[None]
        value = self.space.similarities(one, vectors.astype(np.float64)[None])[0]
        return Score(self.engine.engine_id, float(value), len(enrolled))

    def fits(self, score: Score) -> bool:
        """Whether the figures hold for this kind of comparison."""
        return (score.engine_id, score.template_samples) == (
            self.engine.engine_id,
            self.engine.template_samples,
        )

    def llr(self, score: Score) -> float:
        """What a score says: the calibrated line, capped to what the set can show at this score.

        Raises:
            ValueError: of another engine, against a template of another number of samples, or not a number.
        """
        if not self.fits(score) or not math.isfinite(score.similarity):
            raise ValueError("the score is not one of this engine as it was measured")
        line = self.engine.slope * score.similarity + self.engine.offset
        return max(LEAST_LLR, min(line, self._cap_at(score.similarity)))

    def evidence(self, score: Score) -> BiometricEvidence:
        """The score as evidence."""
        return BiometricEvidence(self.modality, score.engine_id, self.llr(score))

    def threshold_for(self, target_far: float) -> DemonstratedThreshold | None:
        """The loosest LLR threshold whose FAR is shown to be at most the target; None when none is."""
        for row in self.engine.rows:
            if row.far_bound <= target_far:
                return DemonstratedThreshold(
                    self._weight(row), target_far, row.far_bound, self.engine.dataset
                )
        return None

    def far_bound(self, score: Score) -> float | None:
        """Of strangers at most this share comes so near, with 95 % confidence; None where the set does not show it."""
        passed = [row for row in self.engine.rows if row.similarity <= score.similarity]
        return passed[-1].far_bound if passed and self.fits(score) else None

    def survival(self) -> tuple[tuple[float, float], ...]:
        """Steps (LLR, bound), rising: of strangers at most this share reaches the LLR, each with 97.5 %.

        The last step is the most that any score can be worth.
        """
        rows = self.engine.rows
        if not rows:
            return ()
        top = (self.most_llr, rows[-1].far_bound_fused)
        return (*((self._weight(row), row.far_bound_fused) for row in rows), top)

    def _cap_at(self, similarity: float) -> float:
        passed = [row for row in self.engine.rows if row.similarity <= similarity]
        return _worth(passed[-1].far_bound) if passed else 0.0

    def _weight(self, row: BoundRow) -> float:
        return max(LEAST_LLR, min(row.llr, _worth(row.far_bound)))


def _worth(far_bound: float) -> float:
    """The most that a comparison can say for a person when strangers may pass with this rate."""
    return -math.log(max(far_bound, 1e-12))


def calibrators(file: CalibrationFile) -> dict[str, Calibrator]:
    """By engine.

    Raises:
        CalibrationUnusable: a vector cannot be read.
    """
    return {engine.engine_id: Calibrator.of(engine) for engine in file.engines}
