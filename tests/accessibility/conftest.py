import threading
import time
from collections.abc import Iterator

import pytest

OURS = ("voice-guide", "speech-worker-reader", "silent-player-timer", "paced-device")


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    yield
    deadline = time.monotonic() + 5
    for thread in threading.enumerate():
        if thread.name in OURS:
            thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in threading.enumerate() if thread.name in OURS]
    assert not left
