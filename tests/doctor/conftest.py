from pathlib import Path

import pytest

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.explain import Label

STATE_VARIABLES = ("XDG_DATA_HOME", "LOCALAPPDATA")


@pytest.fixture
def label() -> Label:
    return PromptCatalogue.load("zh-CN").label


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any kiosk; nothing of this machine is seen."""
    place = tmp_path / "home"
    for name in STATE_VARIABLES:
        monkeypatch.setenv(name, str(place))
    monkeypatch.delenv("XIANGLIN_CONFIG", raising=False)
    return place
