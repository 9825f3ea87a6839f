"""Loads dlib's embedding network: through onnxruntime when its results agree with dlib's, else through dlib."""

import contextlib
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.errors import ModelUnavailable
from kiosk.identity import dlib_onnx
from kiosk.identity.alignment import DLIB_SIDE, Chip
from kiosk.identity.dlib_weights import WeightsUnreadable
from kiosk.identity.face_embedder import FaceEmbedder
from kiosk.identity.onnx_network import open_network
from kiosk.models.manifest import EMBEDDING_MODEL, read_manifest
from kiosk.models.store import ModelStore
from kiosk.services.ports import Embedding

_log = logging.getLogger(__name__)

MAX_PARITY_ERROR = 1e-5
"""Largest Euclidean distance between both runtimes' embeddings of one chip.

Source: measured at most 1.0e-6 on synthetic chips and on portraits; decisions are made at distances of 0.3 to 0.5.
"""
_CONVERSION_CHIPS = 5
_FILE_PREFIX = "face-network-"


class DlibEmbedder:
    """The network as dlib runs it; the reference, and the fallback. Holds the interpreter lock while it works."""

    runtime = "dlib"

    def __init__(self, weights: Path) -> None:
        import dlib

        self._model = dlib.face_recognition_model_v1(str(weights))

    def embed(self, chip: Chip) -> Embedding:
        """Describe a face."""
        vector = self._model.compute_face_descriptor(np.ascontiguousarray(chip))
        return np.asarray(vector, dtype=np.float32)


class DlibOnnxEmbedder:
    """The network as onnxruntime runs it, on one thread and without holding the interpreter lock."""

    runtime = "onnxruntime"

    def __init__(self, model: Path) -> None:
        self._session: Any = open_network(model, (dlib_onnx.INPUT_NAME,))

    def embed(self, chip: Chip) -> Embedding:
        """Describe a face."""
        outputs = self._session.run([dlib_onnx.OUTPUT_NAME], {dlib_onnx.INPUT_NAME: chip[None]})
        return np.asarray(outputs[0][0], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class FaceNetworkLoader:
    """Converts once, checks at each start, falls back to dlib."""

    models: ModelStore
    cache_dir: Path
    """Where the converted network is kept, mode 0600."""

    def load(self) -> FaceEmbedder:
        """Load the network.

        Raises:
            ModelUnavailable: the weights are missing or not the expected file.
        """
        weights = self.models.checked_path(EMBEDDING_MODEL)
        try:
            reference = DlibEmbedder(weights)
        except RuntimeError as error:
            raise ModelUnavailable("dlib cannot read the weights of the face network") from error
        try:
            fast = self._load_converted(reference)
        except (ImportError, OSError) as error:
            _log.warning("face network: slow runtime in use: %s", type(error).__name__)
            fast = None
        return fast or reference

    def converted_path(self) -> Path:
        """Where the converted network is kept: named by the digest of its source and the converter's version."""
        digest = read_manifest()[EMBEDDING_MODEL].sha256
        return self.cache_dir / f"{_FILE_PREFIX}{digest}-c{dlib_onnx.CONVERTER_VERSION}.onnx"

    def _load_converted(self, reference: FaceEmbedder) -> FaceEmbedder | None:
        path = self.converted_path()
        if path.exists():
            network = _checked(path, reference, chips=1)
            if network is not None:
                return network
            _log.warning("face network: the converted file does not agree; converting again")
        self._convert(path)
        network = _checked(path, reference, chips=_CONVERSION_CHIPS)
        if network is None:
            _log.warning("face network: the conversion does not agree; slow runtime in use")
            path.unlink(missing_ok=True)
        return network

    def _convert(self, path: Path) -> None:
        weights = self.models.checked_path(EMBEDDING_MODEL)
        try:
            model = dlib_onnx.convert(weights.read_bytes())
        except WeightsUnreadable as error:
            raise ModelUnavailable("the weights of the face network cannot be converted") from error
        write_private(path, model)
        _remove_leftovers(path)
        _log.info("face network: converted")


def _remove_leftovers(path: Path) -> None:
    """Remove networks of earlier versions and what a power cut left of an unfinished one: 22 MB each."""
    for other in path.parent.glob(f"*{_FILE_PREFIX}*"):
        if other != path:
            with contextlib.suppress(OSError):
                other.unlink()


def _checked(path: Path, reference: FaceEmbedder, chips: int) -> FaceEmbedder | None:
    """Load a converted network; None when it is damaged or disagrees with the reference."""
    try:
        network = DlibOnnxEmbedder(path)
        error = max(parity_error(network, reference, synthetic_chip(i)) for i in range(chips))
    except ImportError:
        raise
    except Exception as fault:  # noqa: BLE001  onnxruntime's errors share no other base
        _log.warning("face network: the converted file cannot be used: %s", type(fault).__name__)
        return None
    return network if error < MAX_PARITY_ERROR else None


def parity_error(one: FaceEmbedder, other: FaceEmbedder, chip: Chip) -> float:
    """Euclidean distance between what two networks say about the same chip; NaN counts as infinite."""
    distance = float(np.linalg.norm(one.embed(chip) - other.embed(chip)))
    return distance if np.isfinite(distance) else float("inf")


def synthetic_chip(index: int) -> Chip:
    """Make a chip that exercises the network: smooth waves and grain, the same on every machine.

    Args:
        index: 0 to 255; another index gives another chip.
    """
    rows, columns = np.mgrid[0:DLIB_SIDE, 0:DLIB_SIDE].astype(np.int64)
    grain = (rows * 7919 + columns * 104729 + index * 1299709) * 2654435761 % (1 << 32) >> 27
    planes = []
    for channel in range(3):
        period = 11 + 6 * channel + 5 * index
        slope = (rows * (2 + channel) + columns * (3 + index)) % 256
        wave = np.where((rows // period + columns // (period + 4)) % 2 == 0, 60, 170)
        planes.append((slope // 3 + wave + grain) % 256)
    return np.stack(planes, axis=-1).astype(np.uint8)


def write_private(path: Path, data: bytes) -> None:
    """Write a file of which either all or nothing exists after a power cut, readable by its owner only.

    Raises:
        OSError: the folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:20]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
