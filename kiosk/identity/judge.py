"""What the comparisons of one visit amount to, by the calibration that this machine reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.identity_evidence import BiometricEvidence, Modality, Score
from kiosk.domain.identity_policy import (
    TARGET_FAR,
    Assurance,
    DemonstratedThreshold,
    biometric_assurance,
)
from kiosk.identity.calibration import Calibrator, calibrators
from kiosk.identity.calibration_file import CalibrationFile, read_calibration, shipped_calibration
from kiosk.identity.fusion import Fusion, total_llr


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of all comparisons together."""

    llr: float
    """Natural logarithm; 0 where nothing is known."""
    assurance: Assurance
    """What they reach alone; NOBODY where they are at best one factor among others."""


@dataclass(frozen=True, slots=True)
class CalibratedJudge:
    """The ``BiometricJudge`` of the use cases."""

    by_engine: dict[str, Calibrator]

    @classmethod
    def of(cls, file: CalibrationFile) -> "CalibratedJudge":
        """Judge by these figures; of voices by those only that are of scores in the engine's own metric.

        Faces are compared through their calibrator, voices are not: a centred line would say anything of their scores.

        Raises:
            CalibrationUnusable: a vector in it is damaged.
        """
        return cls(
            {
                name: one
                for name, one in calibrators(file).items()
                if one.modality is Modality.FACE or one.space.is_plain
            }
        )

    def judge(self, scores: Sequence[Score], *, is_live: bool) -> Judgement:
        """Weigh the best comparison of each modality.

        Args:
            scores: at most one of each modality; one that was not calibrated, or not with so many samples, counts 0.
            is_live: presentation attack detection has passed.
        """
        evidence = [
            self.by_engine[score.engine_id].evidence(score)
            for score in scores
            if score.engine_id in self.by_engine and self.by_engine[score.engine_id].fits(score)
        ]
        llr = total_llr(evidence)
        reached = biometric_assurance(llr, self.thresholds(evidence), is_live=is_live)
        return Judgement(llr, reached)

    def thresholds(
        self, evidence: Sequence[BiometricEvidence]
    ) -> dict[Assurance, DemonstratedThreshold | None]:
        """What the sum of this evidence has to reach, by level."""
        return Fusion(self.by_engine).thresholds(evidence)

    def knows(self, engine_id: str, template_samples: int) -> bool:
        """Whether figures of this engine hold for templates of so many samples."""
        known = self.by_engine.get(engine_id)
        return known is not None and known.fits(Score(engine_id, 0.0, template_samples))

    def can_stand_alone(self, scores: Sequence[Score]) -> bool:
        """Whether there is a sum of such comparisons that the data show to be enough without a second factor."""
        if not all(self.knows(score.engine_id, score.template_samples) for score in scores):
            return False
        engines = [self.by_engine[score.engine_id] for score in scores]
        target = TARGET_FAR[Assurance.VERIFIED]
        return Fusion(self.by_engine).threshold_for(engines, target) is not None

    def is_factor(self, score: Score) -> bool | None:
        """Whether a comparison counts as one proof among others; None where no figures hold for it."""
        known = self.by_engine.get(score.engine_id)
        if known is None or (known.modality is Modality.VOICE and not known.fits(score)):
            return None
        return score.similarity >= known.engine.factor_similarity


def load_calibration(named: str) -> CalibrationFile:
    """The file that the setting ``identity.calibration`` names, else the shipped one.

    Raises:
        CalibrationUnusable: it is missing or wrong; the shipped one does not quietly take its place.
    """
    return read_calibration(Path(named).expanduser()) if named else shipped_calibration()
