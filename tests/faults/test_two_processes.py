"""Two processes on one database: one waits or is told so; neither loses or damages anything."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.errors import StorageBusy
from kiosk.storage.audit_log import first_broken_link
from tests.builders import World, make_world
from tests.storage.states import receipts, receipts_in, submit

ROOT = Path(__file__).parents[2]
LIMIT_S = 30
EACH = 25


@contextmanager
def second_process(folder: Path, *task: str) -> Iterator[subprocess.Popen[str]]:
    """Start it and wait until it says that it is where the test wants it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.second_process", str(folder), *task],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() in ("holding", "ready")
            yield process
        finally:
            process.kill()


def be_impatient(world: World) -> None:
    """The kiosk waits five seconds; a test need not."""
    with world.store.encrypted.reading() as raw:
        raw.execute("PRAGMA busy_timeout = 50").fetchone()


def test_second_process_opens_and_reads_while_the_first_writes(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        promised = [submit(world)]
    with second_process(tmp_path, "hold"):
        assert receipts(tmp_path / "state") == promised


def test_busy_database_is_said_and_serves_again_when_the_other_process_is_done(
    tmp_path: Path,
) -> None:
    with make_world(tmp_path) as world:
        promised = [submit(world)]
        be_impatient(world)
        with second_process(tmp_path, "hold") as other:
            with pytest.raises(StorageBusy) as caught:
                submit(world)
            assert caught.value.is_retryable
            assert receipts_in(world.store.encrypted) == promised
            other.communicate(timeout=LIMIT_S)
        promised.append(submit(world))
    assert receipts(tmp_path / "state") == sorted(promised)


def test_nothing_of_the_other_process_is_left_when_it_is_killed_while_it_writes(
    tmp_path: Path,
) -> None:
    with make_world(tmp_path) as world:
        promised = [submit(world)]
        with second_process(tmp_path, "hold") as other:
            other.kill()
            other.wait(LIMIT_S)
        assert world.rows("roster_state") == []
        promised.append(submit(world))
    assert [number[:10] for number in promised] == ["A07-000001", "A07-000002"]
    assert receipts(tmp_path / "state") == sorted(promised)


def test_every_number_is_given_once_when_two_processes_accept_at_the_same_time(
    tmp_path: Path,
) -> None:
    with make_world(tmp_path) as world:
        with second_process(tmp_path, "submit", str(EACH)) as other:
            assert other.stdin is not None
            other.stdin.write("go\n")
            other.stdin.flush()
            mine = [submit(world) for _ in range(EACH)]
            theirs = other.communicate(timeout=LIMIT_S)[0].split()
            assert other.returncode == 0
        assert len(theirs) == EACH
        assert receipts_in(world.store.encrypted) == sorted(mine + theirs)
        with world.store.encrypted.reading() as raw:
            assert first_broken_link(raw) is None
            sequence = [row[0] for row in raw.execute("SELECT seq FROM outbox ORDER BY seq")]
        assert sequence == list(range(1, 2 * EACH + 1))
        assert world.store.encrypted.check_integrity() == []
    assert len({number[:10] for number in mine + theirs}) == 2 * EACH
