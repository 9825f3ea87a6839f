"""Describes every sample of a set; one that cannot be used is listed with its reason, never dropped in silence."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import FaceNotUsable
from kiosk.identity.evaluation.scoring import Embedded
from kiosk.identity.evaluation.trial_set import LeftOut, Person, Sample, TrialSet
from kiosk.identity.score_space import Metric
from kiosk.services.ports import FaceEngine, Frame

UNREADABLE = "unreadable"


class SampleUnusable(Exception):
    """A file shows or says nothing that can be compared."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """A stable word."""


class SampleEmbedder(Protocol):
    """Anything that turns a file into an embedding: a face engine with its quality gate, a speaker engine."""

    @property
    def engine_id(self) -> str:
        """The engine with its version."""

    @property
    def modality(self) -> Modality:
        """What it looks at."""

    @property
    def metric(self) -> Metric:
        """How its embeddings are compared."""

    def embed(self, path: Path) -> npt.NDArray[np.float32]:
        """Describe a file: shape (d,).

        Raises:
            SampleUnusable: with the reason.
        """


@dataclass(frozen=True, slots=True)
class FaceSamples:
    """A face engine as a ``SampleEmbedder``: the same gate as at enrolment, each picture by itself."""

    engine: FaceEngine
    read: Callable[[Path], Frame]
    """From a file to a frame of the camera's size; raises ``SampleUnusable``."""
    metric: Metric = Metric.EUCLIDEAN
    modality: Modality = Modality.FACE

    @property
    def engine_id(self) -> str:
        """Of the face engine."""
        return self.engine.engine_id

    def embed(self, path: Path) -> npt.NDArray[np.float32]:
        """Find the one face of a picture and describe it."""
        try:
            template = self.engine.enrol((self.read(path),))
        except FaceNotUsable as error:
            raise SampleUnusable(error.advice) from error
        return np.frombuffer(template.vectors[0], dtype="<f4").astype(np.float32)


@dataclass(frozen=True, slots=True)
class Described:
    """A set as an engine sees it."""

    embedded: Embedded
    people: tuple[Person, ...]
    """Of whom at least one sample can be used."""
    left_out: tuple[LeftOut, ...]
    tried: tuple["Tried", ...]
    """Everybody, also those of whom nothing can be used."""

    @property
    def given(self) -> int:
        """How many samples were tried."""
        return sum(one.given for one in self.tried)


@dataclass(frozen=True, slots=True)
class Tried:
    """How many samples of one person were tried, and how many of them can be compared."""

    person: Person
    given: int
    used: int


def describe(
    trial_set: TrialSet, embedder: SampleEmbedder, on_sample: Callable[[], None] = lambda: None
) -> Described:
    """Describe all samples.

    Args:
        on_sample: told after each, for a progress bar.
    """
    vectors: list[npt.NDArray[np.float32]] = []
    used: list[Sample] = []
    left_out = list(trial_set.left_out)
    for sample in trial_set.samples:
        try:
            vectors.append(embedder.embed(sample.path))
            used.append(sample)
        except SampleUnusable as error:
            left_out.append(LeftOut(trial_set.name_of(sample.path), error.reason))
        on_sample()
    places = sorted({sample.person for sample in used})
    number = {place: count for count, place in enumerate(places)}
    stacked = np.stack(vectors).astype(np.float64) if vectors else np.zeros((0, 1))
    given, kept = (
        Counter(one.person for one in trial_set.samples),
        Counter(one.person for one in used),
    )
    persons = np.array([number[sample.person] for sample in used], dtype=np.int64)
    return Described(
        Embedded(stacked, persons, embedder.metric),
        tuple(trial_set.people[place] for place in places),
        tuple(left_out),
        tuple(
            Tried(person, given[place], kept[place])
            for place, person in enumerate(trial_set.people)
        ),
    )
