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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any kiosk; nothing of this machine is seen or touched."""
    place = tmp_path / "home"
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(place))
    monkeypatch.delenv("XIANGLIN_CONFIG", raising=False)
    monkeypatch.delenv("XIANGLIN_CENTRAL_STATE", raising=False)
    return place
