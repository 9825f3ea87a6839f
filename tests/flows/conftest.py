from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import World, make_world
from tests.flows.outcome_parts import FIRST


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


@pytest.fixture
def staffed(world: World) -> World:
    world.add_staff(FIRST.number, FIRST.pin)
    return world
