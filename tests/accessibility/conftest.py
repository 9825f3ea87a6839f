import threading
import time
from collections.abc import Iterator

import pytest

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
