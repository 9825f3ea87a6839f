from collections.abc import Iterator

import pytest

from tests.models.file_server import FileServer, serving
from tests.sync.certificates import Authority


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    with serving(authority.server(), authority.path) as running:
        yield running
