"""How likely one picture shows a person and no picture of a picture, by two small networks: a weak sign.

Source: MiniFASNet of minivision-ai/Silent-Face-Anti-Spoofing (Apache-2.0), 2.7 and 4.0 times the face box; the crop as
its ``CropImage`` makes it. Its makers' figures are for their
own cameras: screens and paper without an edge pass often elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.identity.evaluation.samples import SampleUnusable
from kiosk.identity.onnx_network import open_network
from kiosk.models.manifest import PAD_NEAR, PAD_WIDE
from kiosk.models.store import ModelStore
from kiosk.services.ports import FaceAdvice, FaceBox, FaceEngine, Frame

SIDE = 80
"""Pixels of the networks' input."""
SCALES = {PAD_NEAR: 2.7, PAD_WIDE: 4.0}
_LIVE = 1
"""Index of "live" among the three classes."""
LIVE_SCORE = 0.5
"""Where the evaluation draws the line; the check itself only takes a very low score into account."""
DETECTOR_ID = "minifasnet-2.7+4.0"


@dataclass(frozen=True, slots=True)
class PassiveDetector:
    """Both networks, loaded. One thread at a time."""

    sessions: tuple[tuple[Any, float], ...]
    """Network and how many face boxes wide it looks."""

    @classmethod
    def load(cls, models: ModelStore) -> "PassiveDetector":
        """Load the networks.

        Raises:
            ModelUnavailable: one is not installed, damaged, or another network.
        """
        return cls(
            tuple(
                (open_network(models.checked_path(model_id), ("input",)), scale)
                for model_id, scale in SCALES.items()
            )
        )

    def score(self, frame: Frame, box: FaceBox) -> float:
        """The mean probability of "live", 0 to 1."""
        return float(
            np.mean([_live(session, crop(frame, box, scale)) for session, scale in self.sessions])
        )


def has_passive_models(models: ModelStore) -> bool:
    """Whether both networks are here; nothing is read."""
    return all(models.has(model_id) for model_id in SCALES)


def crop(frame: Frame, box: FaceBox, scale: float) -> Frame:
    """Cut out so many face boxes around the face, moved into the picture where it would go beyond, 80 by 80."""
    import cv2

    height, width = frame.shape[:2]
    box_width, box_height = max(1, box.right - box.left), max(1, box.bottom - box.top)
    scale = min((height - 1) / box_height, (width - 1) / box_width, scale)
    half_width, half_height = box_width * scale / 2, box_height * scale / 2
    x = min(max((box.left + box.right) / 2, half_width), width - 1 - half_width)
    y = min(max((box.top + box.bottom) / 2, half_height), height - 1 - half_height)
    rows = slice(max(0, int(y - half_height)), int(y + half_height) + 1)
    columns = slice(max(0, int(x - half_width)), int(x + half_width) + 1)
    return np.asarray(cv2.resize(frame[rows, columns], (SIDE, SIDE)), dtype=np.uint8)


def _live(session: Any, picture: Frame) -> float:  # noqa: ANN401 (onnxruntime has no types)
    tensor = picture.astype(np.float32).transpose(2, 0, 1)[None]
    (logits,) = session.run(None, {"input": tensor})
    return float(_softmax(logits[0])[_LIVE])


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    raised = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(raised / raised.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PictureDetector:
    """An ``AttackDetector`` for the evaluation: of each file, its largest face."""

    engine: FaceEngine
    detector: PassiveDetector
    read: Callable[[Path], Frame]
    """From a file to a frame; raises ``SampleUnusable``."""

    @property
    def name(self) -> str:
        """The networks, and what found the face for them."""
        return f"{DETECTOR_ID} ({self.engine.engine_id})"

    def is_live(self, path: Path) -> bool:
        """Judge at ``LIVE_SCORE``.

        Raises:
            SampleUnusable: no face, or no picture.
        """
        frame = self.read(path)
        seen = self.engine.observe(frame)
        if seen.box is None:
            raise SampleUnusable(FaceAdvice.NO_FACE.value)
        return self.detector.score(frame, seen.box) >= LIVE_SCORE
