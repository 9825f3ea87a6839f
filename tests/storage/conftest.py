import shutil
from pathlib import Path

import pytest

from tests.storage.states import serve


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State of a kiosk that accepted requests; never changed."""
    return serve(tmp_path_factory.mktemp("served"))


@pytest.fixture
def state(served: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(served, tmp_path / "state"))
