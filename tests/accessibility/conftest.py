import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accessibility.fakes import PacedOutput, ToneSynthesizer
from tests.accessibility.house import House, NamedPlayer

OURS = ("voice-guide", "speech-worker-reader", "silent-player-timer", "paced-device")


def ours() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name in OURS}


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = ours()
    yield
    deadline = time.monotonic() + 5
    for thread in ours() - before:
        thread.join(max(0.0, deadline - time.monotonic()))
    assert not ours() - before


@pytest.fixture
def synthesizer() -> ToneSynthesizer:
    return ToneSynthesizer()


@pytest.fixture
def player() -> NamedPlayer:
    return NamedPlayer(PacedOutput())


@pytest.fixture
def house(tmp_path: Path, synthesizer: ToneSynthesizer, player: NamedPlayer) -> Iterator[House]:
    house = House(tmp_path, synthesizer, player)
    yield house
    house.guide.close()
