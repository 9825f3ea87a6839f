from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.courier.courier_parts import Site, make_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with make_site(tmp_path / "kiosk") as made:
        yield made


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    """A stick."""
    path = tmp_path / "stick"
    path.mkdir()
    return path
