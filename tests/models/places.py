"""Where the tests' models lie, and a store that gives them out: for every test of an engine."""

import os
from pathlib import Path

import pytest

from kiosk.models.store import ModelStore

MEDIA = Path(os.environ.get("XIANGLIN_MEDIA") or Path(__file__).parents[3] / "shared" / "media")
MEDIA_MODELS = MEDIA / "models"


def media_store() -> ModelStore:
    """The models of the media, as if they were installed; skips where the media are absent."""
    if not MEDIA_MODELS.is_dir():
        pytest.skip("the test models are absent: no models below XIANGLIN_MEDIA")
    return ModelStore(MEDIA_MODELS)
