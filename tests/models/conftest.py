from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.file_server import FileServer, serving
from tests.sync.certificates import Authority


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    with serving(authority.server(), authority.path) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state" / "models"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
