"""Comparisons whose truth is known: which scores are of one person, which of two, and of whom."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trials:
    """Scores of n comparisons; people are numbers from 0."""

    similarity: Float64Array
    """Shape (n,); greater is more alike."""
    first: IntArray
    """Shape (n,): the person that is claimed."""
    second: IntArray
    """Shape (n,): the person who is there; the same as ``first`` in a genuine trial."""

    @property
    def is_genuine(self) -> BoolArray:
        """Shape (n,): one person compared with themselves."""
        return np.equal(self.first, self.second)

    @property
    def genuine(self) -> Float64Array:
        """The scores of one person."""
        return self.similarity[self.is_genuine]

    @property
    def impostor(self) -> Float64Array:
        """The scores of two people."""
        return self.similarity[~self.is_genuine]

    @property
    def people(self) -> int:
        """How many people take part."""
        return int(np.union1d(self.first, self.second).size)

    @property
    def people_with_genuine(self) -> int:
        """How many people are compared with themselves."""
        return int(np.unique(self.first[self.is_genuine]).size)

    @property
    def pairs_of_people(self) -> int:
        """How many different pairs of people the impostor trials are of.

        Ten pictures of each of two people are a hundred trials that all say the same: these two do not look alike.
        """
        others = ~self.is_genuine
        low = np.minimum(self.first[others], self.second[others])
        high = np.maximum(self.first[others], self.second[others])
        return int(np.unique(np.stack([low, high]), axis=1).shape[1]) if others.any() else 0

    def where(self, mask: npt.NDArray[Any]) -> "Trials":
        """Some of the trials."""
        return Trials(self.similarity[mask], self.first[mask], self.second[mask])

    def rescored(self, similarity: Float64Array) -> "Trials":
        """The same comparisons under other scores."""
        if similarity.shape != self.similarity.shape:
            raise ValueError("one score for each trial")
        return Trials(similarity, self.first, self.second)
