"""One durable put, compared: the kiosk's accepted request against bare SQLite and the queues that one would take.

Each contender runs in a process of its own, in turns, on the checkout's disk. How often each flushes is counted with
strace, because a queue that does not flush is fast and loses what it took at a power cut.
"""

import argparse
import hashlib
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# The checkout that this file lies in is measured, not one that is installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench_visit import BenchError, disk_folder

ROW_BYTES = (700, 900, 400)
"""Of request, outbox row and audit entry, about as the kiosk stores them."""
Times = tuple[float, float]
"""Seconds that all puts took, and seconds of the processor in them."""
Put = Callable[[int, Path], Times]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to keep something."""

    name: str
    what: str
    put: Put


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one contender."""

    name: str
    what: str
    puts_per_s: float
    """Median of the rounds."""
    cpu_ms: float
    """Of the processor for each put, the least of the rounds: hardly touched by what else the machine does."""
    flushes_per_put: float | None
    """fsync and fdatasync; None without strace."""
    ratio: float
    """To bare sqlite3 with the same three rows, in the same run."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run of one contender came to."""

    puts_per_s: float
    cpu_ms: float


def _timed(count: int, put: Callable[[int], object]) -> Times:
    started, worked = time.perf_counter(), time.process_time()
    for number in range(count):
        put(number)
    return time.perf_counter() - started, time.process_time() - worked


def _kiosk(count: int, folder: Path) -> Times:
    taken, worked = importlib.import_module("kiosk.bench").enqueue_times(count, folder)
    return float(taken), float(worked)


def _rows(connection: Any, count: int) -> Times:  # noqa: ANN401 (either library's connection)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    for table in ("request", "outbox", "audit"):
        connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, body BLOB NOT NULL)")
    bodies = [os.urandom(size) for size in ROW_BYTES]

    def put(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        key = hashlib.sha256(str(number).encode()).hexdigest()[:36]
        for table, body in zip(("request", "outbox", "audit"), bodies, strict=True):
            connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (key, body))  # noqa: S608 (constants)
        connection.execute("COMMIT")

    return _timed(count, put)


def _sqlite3(count: int, folder: Path) -> Times:
    module = importlib.import_module("sqlite3")
    connection = module.connect(str(folder / "bare.db"), isolation_level=None)
    try:
        return _rows(connection, count)
    finally:
        connection.close()


def _sqlcipher3(count: int, folder: Path) -> Times:
    module = importlib.import_module("sqlcipher3.dbapi2")
    connection = module.connect(str(folder / "cipher.db"), isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{os.urandom(32).hex()}'\"")
        return _rows(connection, count)
    finally:
        connection.close()


def _persist_queue(count: int, folder: Path) -> Times:
    queue = importlib.import_module("persistqueue").SQLiteAckQueue(str(folder), auto_commit=True)
    body = os.urandom(sum(ROW_BYTES))
    try:
        return _timed(count, lambda _: queue.put(body))
    finally:
        queue.close()


def _huey(count: int, folder: Path) -> Times:
    storage = importlib.import_module("huey.storage").SqliteStorage(
        "bench", str(folder / "huey.db"), fsync=True
    )
    body = os.urandom(sum(ROW_BYTES))
    return _timed(count, lambda _: storage.enqueue(body))


def _litequeue(count: int, folder: Path) -> Times:
    queue = importlib.import_module("litequeue").LiteQueue(str(folder / "lite.db"))
    body = os.urandom(sum(ROW_BYTES)).hex()[: sum(ROW_BYTES)]
    return _timed(count, lambda _: queue.put(body))


CONTENDERS: Mapping[str, Contender] = {
    one.name: one
    for one in (
        Contender("kiosk", "request, sealed event, audit: encrypted, WAL FULL", _kiosk),
        Contender("sqlite3", "the same three rows in clear, WAL FULL", _sqlite3),
        Contender("sqlcipher3", "the same three rows encrypted, WAL FULL", _sqlcipher3),
        Contender("persist-queue", "one row, SQLiteAckQueue as it comes", _persist_queue),
        Contender("huey", "one row, SqliteStorage with fsync", _huey),
        Contender("litequeue", "one row as it comes: NORMAL, lost at a power cut", _litequeue),
    )
}
BASE = "sqlite3"


def measure(rounds: int, count: int) -> list[Figure]:
    """Let all contenders put in turns.

    Raises:
        BenchError: the checkout is in memory, or a contender fails.
    """
    paces: dict[str, list[Pace]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            with disk_folder() as folder:
                paces[name].append(run_contender(name, count, folder))
    middle = {
        name: statistics.median(pace.puts_per_s for pace in found) for name, found in paces.items()
    }
    return [
        Figure(
            name=name,
            what=one.what,
            puts_per_s=middle[name],
            cpu_ms=min(pace.cpu_ms for pace in paces[name]),
            flushes_per_put=flushes_of(name),
            ratio=middle[name] / middle[BASE],
        )
        for name, one in CONTENDERS.items()
    ]


def run_contender(name: str, count: int, folder: Path, before: Sequence[str] = ()) -> Pace:
    """Let one contender put in a process of its own.

    Args:
        before: a command that runs it.
    Raises:
        BenchError: it fails.
    """
    command = [*before, sys.executable, __file__, name, str(count), str(folder)]
    done = subprocess.run(  # noqa: PLW1510 (judged below)
        command, capture_output=True, text=True, timeout=600
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchError(f"{name}: {last} (pip install -e '.[bench]' brings the peers)")
    return Pace(**json.loads(done.stdout.splitlines()[-1]))


def flushes_of(name: str, count: int = 200) -> float | None:
    """Flushes for each put: the difference between a long and a short run, so that opening does not count."""
    if shutil.which("strace") is None:
        return None
    counted = []
    for puts in (1, 1 + count):
        with disk_folder() as folder, tempfile.NamedTemporaryFile() as log:
            trace = ("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", log.name)
            run_contender(name, puts, folder, trace)
            lines = Path(log.name).read_text("utf-8", "replace").splitlines()
            counted.append(sum("sync(" in line for line in lines))
    return (counted[1] - counted[0]) / count


def table(figures: Sequence[Figure]) -> str:
    """Write the figures as aligned columns."""
    lines = [f"  {'':14}{'puts/s':>8}{'CPU ms':>8}{'flushes':>9}{'ratio':>7}"]
    for one in figures:
        flushes = "?" if one.flushes_per_put is None else f"{one.flushes_per_put:.2f}"
        lines.append(
            f"  {one.name:14}{one.puts_per_s:8.0f}{one.cpu_ms:8.2f}{flushes:>9}{one.ratio:7.2f}  {one.what}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one contender; the other parts of the bench start this as a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(CONTENDERS))
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    taken, worked = CONTENDERS[options.name].put(options.count, options.folder)
    pace = Pace(options.count / taken, 1000 * worked / options.count)
    print(json.dumps(asdict(pace)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
