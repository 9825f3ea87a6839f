"""What describes an aligned face, and the embedder for every network of the ArcFace family."""

from pathlib import Path
from typing import Protocol

import numpy as np

from kiosk.errors import ModelUnavailable
from kiosk.identity.alignment import ARCFACE_SIDE, Chip
from kiosk.identity.onnx_network import open_network
from kiosk.models.manifest import ModelEntry
from kiosk.services.ports import Embedding


class FaceEmbedder(Protocol):
    """Describes an aligned face."""

    @property
    def runtime(self) -> str:
        """What runs the network, for staff."""

    def embed(self, chip: Chip) -> Embedding:
        """Describe a chip of this embedder's alignment; the manifest says how many numbers, and how they compare."""


class ArcFaceOnnxEmbedder:
    """Any network for 112x112 chips; the manifest says what it wants to see and what it answers."""

    runtime = "onnxruntime"

    def __init__(self, model: Path, entry: ModelEntry) -> None:
        """Load the network and try it.

        Args:
            model: a checked ONNX file with one input, float32 of shape (1, 3, 112, 112).
            entry: what the manifest says of it.
        Raises:
            ModelUnavailable: damaged, or not what the manifest says.
        """
        self._session = open_network(model)
        self._entry = entry
        inputs = self._session.get_inputs()
        self._input = inputs[0].name
        try:
            answer = self._run(np.full((ARCFACE_SIDE, ARCFACE_SIDE, 3), 127, np.uint8))
        except Exception as error:
            # onnxruntime's errors share no other base
            raise ModelUnavailable(f"{model.name} does not take a face") from error
        if len(inputs) != 1 or answer.shape != (entry.dimension,):
            raise ModelUnavailable(f"{model.name} is not what the manifest says")

    def embed(self, chip: Chip) -> Embedding:
        """Describe a face; of length 1 where cosines are compared, since its own length says nothing then."""
        vector = self._run(chip)
        if self._entry.metric != "cosine":
            return vector
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)

    def _run(self, chip: Chip) -> Embedding:
        ordered = chip if self._entry.input_order == "RGB" else chip[:, :, ::-1]
        pixels = ordered.astype(np.float32).transpose(2, 0, 1)[None]
        pixels = (pixels - self._entry.input_mean) * self._entry.input_scale
        (answer, *_) = self._session.run(
            None, {self._input: np.ascontiguousarray(pixels, np.float32)}
        )
        return np.asarray(answer[0], dtype=np.float32)
