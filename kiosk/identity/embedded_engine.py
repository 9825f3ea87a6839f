"""The face engine: detector, aligner, embedder and quality gate, whichever of them are installed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kiosk.errors import FaceNotUsable
from kiosk.identity import face_quality
from kiosk.identity.alignment import FaceAligner
from kiosk.identity.face_detector import DetectedFace, Detection
from kiosk.identity.face_embedder import FaceEmbedder
from kiosk.identity.face_matcher import FaceMatcher
from kiosk.identity.face_tracker import FaceTracker
from kiosk.models.manifest import ModelEntry
from kiosk.services.ports import (
    Embedding,
    FaceAdvice,
    FaceComparison,
    FaceObservation,
    FaceTemplate,
    Frame,
)

OTHER_PERSON = "other_person"
"""The advice for a picture that shows somebody else than the other pictures for the template."""


@dataclass(frozen=True, slots=True)
class FaceParts:
    """What warm-up loads."""

    tracker: FaceTracker
    aligner: FaceAligner
    embedder: FaceEmbedder


class EmbeddedFaceEngine:
    """Detects, judges, describes and compares faces on the processor alone; nothing leaves the machine.

    Calls are serialised by a lock, so that a late worker cannot disturb the next visit's.
    """

    def __init__(
        self,
        entry: ModelEntry,
        load: Callable[[], FaceParts],
        match: Callable[[], FaceMatcher],
    ) -> None:
        """Prepare the engine; loads nothing yet.

        Args:
            entry: what the manifest says of the embedder.
            load: loads the models, may raise ``ModelUnavailable`` and ``ProcessorUnsupported``.
            match: reads the calibration, may raise ``ModelUnavailable``.
        """
        self.engine_id = entry.engine_id
        self._entry = entry
        self._load = load
        self._match = match
        self._lock = threading.Lock()
        self._parts: FaceParts | None = None
        self._matcher: FaceMatcher | None = None

    @property
    def runtime(self) -> str:
        """What finds and describes faces, for staff; "not loaded" before."""
        if self._parts is None:
            return "not loaded"
        return f"{self._parts.tracker.detector.name}, {self._parts.embedder.runtime}"

    @property
    def threshold(self) -> float:
        """The largest score that is a match."""
        return self._matching().threshold

    def warm_up(self) -> None:
        """Load the models (the first time: convert and check them).

        Raises:
            ModelUnavailable: a model file is missing or not the expected one, or the engine is not calibrated.
            ProcessorUnsupported: the processor cannot run the engine.
        """
        with self._lock:
            self._loaded()
        self._matching()

    def observe(self, frame: Frame) -> FaceObservation:
        """Find the face and say what to improve; follows a face from frame to frame."""
        _require_frame(frame)
        with self._lock:
            parts = self._loaded()
            detection = parts.tracker.follow(frame)
            if detection.main is None:
                advice = FaceAdvice.TOO_FAR if detection.is_distant else FaceAdvice.NO_FACE
                return FaceObservation(None, advice, 0.0)
            return _judge(parts, frame, detection.main, detection)

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        """Describe the face that was observed.

        Raises:
            ValueError: no face was observed.
        """
        if seen.box is None:
            raise ValueError("no face was observed")
        with self._lock:
            parts = self._loaded()
            face = DetectedFace(seen.box, 0.0, seen.points)
            return parts.embedder.embed(parts.aligner.chip(frame, face))

    def enrol(self, frames: tuple[Frame, ...]) -> FaceTemplate:
        """Make a template from one or more pictures of one person.

        Raises:
            FaceNotUsable: a picture has no face, several faces, too poor a face, or another person's; carries the index
                and advice.
            ValueError: no pictures at all.
        """
        if not frames:
            raise ValueError("a template needs at least one picture")
        with self._lock:
            parts = self._loaded()
            vectors = tuple(_enrolled(parts, i, frame) for i, frame in enumerate(frames))
        odd = self._matching().odd_one(vectors) if len(vectors) > 1 else None
        if odd is not None:
            raise FaceNotUsable(odd, OTHER_PERSON)
        return FaceTemplate(
            self.engine_id, tuple(vector.astype("<f4").tobytes() for vector in vectors)
        )

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        """Compare 1:1 as the engine was calibrated.

        Raises:
            TemplateUnusable: made by another engine, or damaged.
            ValueError: the probe is not one of this engine's embeddings.
        """
        if probe.shape != (self._entry.dimension,) or not np.isfinite(probe).all():
            raise ValueError("the probe is not an embedding of this engine")
        return self._matching().compare(probe, template)

    def _loaded(self) -> FaceParts:
        if self._parts is None:
            self._parts = self._load()
        return self._parts

    def _matching(self) -> FaceMatcher:
        if self._matcher is None:
            self._matcher = self._match()
        return self._matcher


def _require_frame(frame: Frame) -> None:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError("a frame is uint8 of shape (height, width, 3)")


def _judge(
    parts: FaceParts, frame: Frame, face: DetectedFace, detection: Detection
) -> FaceObservation:
    import cv2

    look = parts.aligner.look(frame, face)
    luma = np.asarray(cv2.cvtColor(look.chip, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = frame.shape[:2]
    measured = face_quality.measure(
        face.box, (height, width), luma, look.geometry, detection.previous_box
    )
    advice = FaceAdvice.SEVERAL_FACES if detection.has_companion else face_quality.advise(measured)
    return FaceObservation(face.box, advice, face_quality.quality(measured), look.points)


def _enrolled(parts: FaceParts, index: int, frame: Frame) -> Embedding:
    _require_frame(frame)
    detection = parts.tracker.detector.scan(frame)
    if detection.main is None:
        raise FaceNotUsable(index, FaceAdvice.NO_FACE.value)
    observation = _judge(parts, frame, detection.main, detection)
    if observation.advice is not None:
        raise FaceNotUsable(index, observation.advice.value)
    return parts.embedder.embed(parts.aligner.chip(frame, detection.main))
