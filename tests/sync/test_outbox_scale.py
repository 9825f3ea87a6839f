"""A queue that grew for months is sent as fast as a short one, in flat memory."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sync.outbox import ItemState
from sync.signing import DeviceSigner
from sync.sqlite_outbox import SqliteOutbox
from tests.sync.long_queue import fill, opened
from tests.sync.sync_parts import DEVICE, FakeClock, event

ROOT = Path(__file__).parents[2]
COUNT = 100_000
MOST_MIB = 150


@contextmanager
def memory_folder(otherwise: Path) -> Iterator[Path]:
    """In memory where that is possible: a thousand fsyncs of a busy disk would be measured else."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=shared) as name:
        yield Path(name)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads its memory from Linux")
def test_hundred_thousand_events_are_opened_listed_and_drained_in_flat_memory(tmp_path: Path):
    with memory_folder(tmp_path) as folder:
        with closing(opened(folder)) as database:
            fill(database, COUNT)
        done = subprocess.run(
            [sys.executable, "-m", "tests.sync.long_queue", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["counted"], said["listed"], said["left"]) == (COUNT, COUNT, 0)
    assert said["mib"] < MOST_MIB, said
    assert said["mib"] - said["before_mib"] < 16, said
    # Work that grew with what is left would make the first quarter seven times as long as the last.
    first, *_, last = said["quarters_s"]
    assert first < 2.5 * last, said


class Steps:
    """How many steps SQLite's machine takes; the same on every computer."""

    def __init__(self, connection) -> None:
        self._connection = connection

    def __enter__(self):
        self.taken = 0
        self._connection.set_progress_handler(self._step, 1)
        return self

    def __exit__(self, *_) -> None:
        self._connection.set_progress_handler(None, 0)

    def _step(self) -> int:
        self.taken += 1
        return 0


def steps_of(folder: Path, total: int, *, held: int = 0) -> dict[str, int]:
    """What each thing that a kiosk does costs with so many events waiting, some of them deferred."""
    clock = FakeClock()
    outbox = SqliteOutbox(DEVICE, DeviceSigner(bytes(32)), clock)
    folder.mkdir()
    found: dict[str, int] = {}
    with closing(opened(folder)) as database:
        fill(database, total)
        with database.transaction() as raw:
            for entry in outbox.items(raw, ItemState.QUEUED, held):
                outbox.defer(raw, entry.id, 600.0, clock.read(), "later", "")
        with database.transaction() as raw:
            with Steps(raw.conn) as steps:
                batch = outbox.next_batch(raw, 20, 10**6, clock.read())
            found["batch"] = steps.taken
            assert len(batch) == 20
            with Steps(raw.conn) as steps:
                outbox.append(raw, event("r-new"))
            found["append"] = steps.taken
            with Steps(raw.conn) as steps:
                outbox.acknowledge(raw, batch[0].id, 1, clock.wall)
            found["acknowledge"] = steps.taken
            with Steps(raw.conn) as steps:
                outbox.items(raw, ItemState.QUEUED, 20, total // 2)
            found["list"] = steps.taken
    return found


def test_no_step_of_the_queue_takes_longer_when_more_waits(tmp_path: Path):
    short = steps_of(tmp_path / "short", 400)
    long = steps_of(tmp_path / "long", 8000)
    held = steps_of(tmp_path / "held", 8000, held=2000)
    for what, taken in short.items():
        assert long[what] <= 1.5 * taken + 50, (what, short, long)
        assert held[what] <= 1.5 * taken + 300, (what, short, held)
