from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import World, make_world
from tests.faults.full_disk import small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of two megabytes."""
    with small_disk(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made
