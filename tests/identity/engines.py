"""The face engines that the tests look through."""

from pathlib import Path

import pytest

from kiosk.config import KioskConfig
from kiosk.face_engine import FaceEngines
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.models.manifest import MOBILEFACE, YUNET
from kiosk.models.store import ModelStore
from tests.identity.people import MEDIA


def dlib_engine(cache_dir: Path, models: ModelStore | None = None) -> EmbeddedFaceEngine:
    """What comes with the program: HOG, dlib's points and network; or the best of what ``models`` has."""
    return FaceEngines(KioskConfig(), cache_dir, models or ModelStore()).best()


def media_models() -> ModelStore:
    """The models that lie with the test media; skips the test where they are absent."""
    store = ModelStore(MEDIA / "models")
    missing = [model for model in (YUNET, MOBILEFACE) if not store.has(model)]
    if missing:
        pytest.skip(f"no {' or '.join(missing)} in the models of XIANGLIN_MEDIA")
    return store
