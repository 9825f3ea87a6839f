"""The embedded face engine: dlib's detector and landmarks, dlib's network through ONNX."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.errors import FaceNotUsable, ModelUnavailable, TemplateUnusable
from kiosk.identity import face_quality
from kiosk.identity.face_detector import Detection, FaceDetector
from kiosk.identity.face_network import (
    CHIP_SIZE,
    EMBEDDING_SIZE,
    Chip,
    FaceNetwork,
    FaceNetworkLoader,
)
from kiosk.identity.processor import require_avx
from kiosk.identity.thresholds import (
    DEFAULT_FACE_THRESHOLD,
    ENROLMENT_SPREAD,
    checked_face_threshold,
)
from kiosk.models.manifest import LANDMARK_MODEL
from kiosk.models.store import ModelStore
from kiosk.services.ports import (
    Embedding,
    FaceAdvice,
    FaceBox,
    FaceComparison,
    FaceObservation,
    FacePoints,
    FaceTemplate,
    Frame,
)

ENGINE_ID = "dlib-resnet-v1"
"""Names the weights and the alignment, not the runtime: dlib's and onnxruntime's vectors agree."""

OTHER_PERSON = "other_person"
"""The advice for a picture that shows somebody else than the other pictures for the template."""

_CHIP_PADDING = 0.25
"""Share of the face's size left on each side of the chip; the network was trained with it."""


@dataclass(slots=True)
class _Parts:
    """What warm-up loads."""

    detector: FaceDetector
    landmarks: Any
    network: FaceNetwork


@dataclass(frozen=True, slots=True)
class _AlignedFace:
    """One face, ready to be judged and described."""

    chip: Chip
    points: npt.NDArray[np.float64]
    """Shape (5, 2), pixels of the frame."""


class DlibFaceEngine:
    """Detects, judges, describes and compares faces on the processor alone; nothing leaves the machine.

    Calls are serialised by a lock, so that a late worker cannot disturb the next visit's.
    """

    engine_id = ENGINE_ID

    def __init__(
        self,
        threshold: float = DEFAULT_FACE_THRESHOLD,
        *,
        cache_dir: Path,
        models: ModelStore | None = None,
    ) -> None:
        """Prepare the engine; loads nothing yet.

        Args:
            threshold: the largest Euclidean distance that counts as the same person.
            cache_dir: where the converted network is kept.
            models: where the weights are found.
        Raises:
            ConfigError: the threshold would accept strangers.
        """
        self._threshold = checked_face_threshold(threshold)
        self._models = models or ModelStore()
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._parts: _Parts | None = None

    @property
    def runtime(self) -> str:
        """What runs the network, for staff: "onnxruntime", "dlib" or "not loaded"."""
        return self._parts.network.runtime if self._parts else "not loaded"

    def warm_up(self) -> None:
        """Load the models (the first time: convert and check them).

        Raises:
            ModelUnavailable: a model file is missing or not the expected one.
            ProcessorUnsupported: the processor cannot run the engine.
        """
        with self._lock:
            self._loaded()

    def observe(self, frame: Frame) -> FaceObservation:
        """Find the face and say what to improve; follows a face from frame to frame."""
        with self._lock:
            parts = self._loaded()
            detection = parts.detector.follow(_gray(frame))
            if detection.main is None:
                advice = FaceAdvice.TOO_FAR if detection.is_distant else FaceAdvice.NO_FACE
                return FaceObservation(None, advice, 0.0)
            return _judge(parts, frame, detection.main.box, detection)

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        """Describe the face that was observed: shape (128,).

        Raises:
            ValueError: no face was observed.
        """
        if seen.box is None:
            raise ValueError("no face was observed")
        with self._lock:
            parts = self._loaded()
            return parts.network.embed(_align(parts, frame, seen.box).chip)

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
            _require_one_person(vectors)
            return FaceTemplate(self.engine_id, vectors)

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        """Compare 1:1 under the configured threshold.

        Raises:
            TemplateUnusable: made by another engine, or damaged.
        """
        score = template_distance(probe, template)
        return FaceComparison(score, score <= self._threshold)

    def _loaded(self) -> _Parts:
        if self._parts is None:
            require_avx()
            network = FaceNetworkLoader(self._models, self._cache_dir).load()
            self._parts = _Parts(FaceDetector(), _load_landmarks(self._models), network)
        return self._parts


def template_distance(probe: Embedding, template: FaceTemplate) -> float:
    """Distance from a probe to the mean of a template's vectors; smaller is more alike.

    Raises:
        TemplateUnusable: made by another engine, or damaged.
        ValueError: the probe is not one of this engine's embeddings.
    """
    if template.engine_id != ENGINE_ID:
        raise TemplateUnusable("the face template was made by another engine; enrol again")
    if not template.vectors or any(len(v) != 4 * EMBEDDING_SIZE for v in template.vectors):
        raise TemplateUnusable("the face template is damaged; enrol again")
    if probe.shape != (EMBEDDING_SIZE,) or not np.isfinite(probe).all():
        raise ValueError("the probe is not an embedding of this engine")
    vectors = np.stack([np.frombuffer(v, dtype="<f4") for v in template.vectors])
    if not np.isfinite(vectors).all():
        raise TemplateUnusable("the face template is damaged; enrol again")
    return float(np.linalg.norm(probe.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)))


def _load_landmarks(models: ModelStore) -> Any:  # noqa: ANN401  dlib has no types
    import dlib

    path = models.checked_path(LANDMARK_MODEL)
    try:
        return dlib.shape_predictor(str(path))
    except RuntimeError as error:
        raise ModelUnavailable("dlib cannot read the weights of the face points") from error


def _gray(frame: Frame) -> npt.NDArray[np.uint8]:
    import cv2

    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError("a frame is uint8 of shape (height, width, 3)")
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _align(parts: _Parts, frame: Frame, box: FaceBox) -> _AlignedFace:
    import cv2
    import dlib

    picture = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
    shape = parts.landmarks(picture, rectangle)
    points = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
    chip = dlib.get_face_chip(picture, shape, CHIP_SIZE, _CHIP_PADDING)
    return _AlignedFace(np.asarray(chip, dtype=np.uint8), points)


def _judge(parts: _Parts, frame: Frame, box: FaceBox, detection: Detection) -> FaceObservation:
    import cv2

    face = _align(parts, frame, box)
    luma = np.asarray(cv2.cvtColor(face.chip, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = frame.shape[:2]
    measured = face_quality.measure(box, (height, width), luma, face.points, detection.previous_box)
    advice = FaceAdvice.SEVERAL_FACES if detection.has_companion else face_quality.advise(measured)
    return FaceObservation(box, advice, face_quality.quality(measured), _eyes_and_nose(face.points))


def _eyes_and_nose(points: npt.NDArray[np.float64]) -> FacePoints:
    """From dlib's five: both corners of the left eye, both of the right one, the base of the nose."""
    left, right = points[0:2].mean(axis=0), points[2:4].mean(axis=0)
    nose = points[4]
    return FacePoints(
        (float(right[0]), float(right[1])),
        (float(left[0]), float(left[1])),
        (float(nose[0]), float(nose[1])),
    )


def _enrolled(parts: _Parts, index: int, frame: Frame) -> bytes:
    detection = parts.detector.scan(_gray(frame))
    if detection.main is None:
        raise FaceNotUsable(index, FaceAdvice.NO_FACE.value)
    box = detection.main.box
    observation = _judge(parts, frame, box, detection)
    if observation.advice is not None:
        raise FaceNotUsable(index, observation.advice.value)
    return parts.network.embed(_align(parts, frame, box).chip).astype("<f4").tobytes()


def _require_one_person(vectors: tuple[bytes, ...]) -> None:
    points = np.stack([np.frombuffer(v, dtype="<f4") for v in vectors]).astype(np.float64)
    distances = np.linalg.norm(points[:, None] - points[None, :], axis=-1)
    if distances.max() <= ENROLMENT_SPREAD:
        return
    totals = distances.sum(axis=1)
    # The picture least like the others; of two that accuse each other, the later.
    farthest = len(totals) - 1 - int(totals[::-1].argmax())
    raise FaceNotUsable(farthest, OTHER_PERSON)
