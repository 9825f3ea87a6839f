"""How two embeddings become a similarity: the engine's own metric, or a cosine after centring; AS-norm on top."""

import enum
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]

MINIMUM_COHORT = 20
"""People; with fewer the cohort's mean and spread are noise (measured on voices), so AS-norm stays off."""
COHORT_TOP = 200
"""How many of the cohort's nearest are used; all of them when there are fewer."""
_TINY = 1e-12


class Metric(enum.Enum):
    """How an engine's embeddings are compared."""

    EUCLIDEAN = "euclidean"
    """Minus the distance."""
    COSINE = "cosine"


@dataclass(frozen=True, slots=True)
class ScoreSpace:
    """One way to compare the embeddings of one engine."""

    metric: Metric
    centre: Float64Array | None = None
    """Shape (d,): the mean of a population, taken away first; the cosine is used then, whatever the metric."""
    cohort: Float64Array | None = None
    """Shape (c, d): embeddings of c other people for AS-norm, or None."""

    @property
    def name(self) -> str:
        """For reports: what is done, in order."""
        parts = ["centred cosine" if self.centre is not None else self.metric.value]
        return " + ".join([*parts, "AS-norm"] if self.has_cohort else parts)

    @property
    def is_plain(self) -> bool:
        """Whether similarities are in the engine's own metric."""
        return self.centre is None and not self.has_cohort

    @property
    def is_euclidean(self) -> bool:
        """Whether similarities are minus the engine's own distances."""
        return self.metric is Metric.EUCLIDEAN and self.is_plain

    @property
    def has_cohort(self) -> bool:
        """Whether AS-norm is on."""
        return self.cohort is not None and len(self.cohort) >= MINIMUM_COHORT

    def prepare(self, vectors: Float64Array) -> Float64Array:
        """Bring embeddings into the space where templates are averaged; shape (..., d)."""
        if self.centre is not None:
            return unit(vectors - self.centre)
        return unit(vectors) if self.metric is Metric.COSINE else vectors

    def similarities(self, probes: Float64Array, templates: Float64Array) -> Float64Array:
        """Compare k probes with a template each; greater is more alike.

        Args:
            probes: shape (k, d), as the engine gave them.
            templates: shape (k, m, d): the m enrolled embeddings of each template; their mean is compared.
        Returns:
            shape (k,).
        Source: AS-norm by Matejka et al., Interspeech 2017, with the same cohort for both sides.
        """
        probe = self.prepare(probes)
        template = self.prepare(templates).mean(axis=1)
        scores = self._raw(probe, template)
        if not self.has_cohort or self.cohort is None:
            return scores
        cohort = self.prepare(self.cohort)
        one = self._normalised(scores, probe, cohort)
        other = self._normalised(scores, template, cohort)
        return np.asarray((one + other) / 2.0, dtype=np.float64)

    def _raw(self, one: Float64Array, other: Float64Array) -> Float64Array:
        if self.centre is None and self.metric is Metric.EUCLIDEAN:
            return np.asarray(-np.linalg.norm(one - other, axis=-1), dtype=np.float64)
        return np.asarray((unit(one) * unit(other)).sum(axis=-1), dtype=np.float64)

    def _normalised(
        self, scores: Float64Array, vectors: Float64Array, cohort: Float64Array
    ) -> Float64Array:
        against = self._raw(vectors[:, None, :], cohort[None, :, :])
        nearest = -np.sort(-against, axis=1)[:, :COHORT_TOP]
        spread = np.maximum(nearest.std(axis=1), _TINY)
        return np.asarray((scores - nearest.mean(axis=1)) / spread, dtype=np.float64)


def unit(vectors: Float64Array) -> Float64Array:
    """Scale to length 1 along the last axis; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, _TINY), dtype=np.float64)
