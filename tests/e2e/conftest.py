from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.demo.world import DemoWorld, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DemoWorld]:
    """A village, a kiosk and a centre in a process of its own, with a link that can be cut."""
    with make_world(tmp_path, "none") as made:
        yield made
