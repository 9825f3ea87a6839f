from pathlib import Path

import pytest

from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from tests.identity.engines import dlib_engine
from tests.identity.people import FACES, MEDIA


@pytest.fixture(scope="session")
def faces() -> Path:
    if not FACES.is_dir():
        pytest.skip(f"the test photographs are absent: no {FACES.name} below XIANGLIN_MEDIA")
    return FACES


@pytest.fixture(scope="session")
def media(faces: Path) -> Path:
    return MEDIA


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("face-cache")


@pytest.fixture(scope="session")
def engine(cache_dir: Path) -> EmbeddedFaceEngine:
    engine = dlib_engine(cache_dir)
    engine.warm_up()
    return engine
