"""Whether two faces are one person's: compared as the calibration was measured, decided at the limit it shows."""

from dataclasses import dataclass

import numpy as np

from kiosk.identity.calibration import Calibrator
from kiosk.identity.thresholds import DLIB_ENGINE_ID, ENROLMENT_SPREAD
from kiosk.services.ports import Embedding, FaceComparison, FaceTemplate


@dataclass(frozen=True, slots=True)
class FaceMatcher:
    """Of one engine."""

    calibrator: Calibrator
    least_similarity: float
    """From here on a comparison is a match."""

    @classmethod
    def of(cls, calibrator: Calibrator, largest_distance: float | None = None) -> "FaceMatcher":
        """By the calibration's limit.

        Args:
            calibrator: of the engine.
            largest_distance: a stricter limit of this machine; for plain Euclidean distances only.
        """
        least = calibrator.engine.factor_similarity
        if largest_distance is not None and calibrator.space.is_euclidean:
            least = max(least, -largest_distance)
        return cls(calibrator, least)

    @property
    def threshold(self) -> float:
        """The largest score that is a match."""
        return -self.least_similarity

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        """Compare 1:1.

        Raises:
            TemplateUnusable: made by another engine, or damaged.
        """
        similarity = self.calibrator.similarity(probe, template).similarity
        return FaceComparison(-similarity, similarity >= self.least_similarity)

    def odd_one(self, vectors: tuple[Embedding, ...]) -> int | None:
        """Which of some pictures shows somebody else; None when all may show one person.

        It guards against a mixed-up picture, not against a look-alike.
        """
        if len(vectors) < 2:
            return None
        points = np.stack(vectors).astype(np.float64)
        many = len(points)
        alike = self.calibrator.space.similarities(
            np.repeat(points, many, axis=0), np.tile(points, (many, 1))[:, None]
        ).reshape(many, many)
        np.fill_diagonal(alike, 0.0)
        if alike[np.triu_indices(many, 1)].min() >= self._kin_similarity:
            return None
        totals = alike.sum(axis=1)
        # The picture least like the others; of two that accuse each other, the later.
        return many - 1 - int(totals[::-1].argmin())

    @property
    def _kin_similarity(self) -> float:
        """Two pictures of one person are at least so much alike: more than any strangers of the measured set."""
        engine, is_plain = self.calibrator.engine, self.calibrator.space.is_euclidean
        if engine.engine_id == DLIB_ENGINE_ID and is_plain:
            return -ENROLMENT_SPREAD
        return engine.rows[-1].similarity if engine.rows else engine.factor_similarity
