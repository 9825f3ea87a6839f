"""Compare the kiosk with the bare libraries below it: start-up, and the rate of accepted requests.

Both sides of a comparison run in turns, in one run, on this machine: read the ratios, not the numbers.

- Start-up: from the start of the process to the first paint of a 1080 x 1920 window, offscreen. The
  bare side is a PySide6 window with one label and four buttons.
- Requests: how many a second are accepted for good. The kiosk's side commits request, outbox event and
  audit entry in one transaction of the encrypted database. The bare side commits one row of the same
  size with the same SQLite build, without a key, at the same durability: WAL, synchronous=FULL, one
  transaction and so one flush to the disk each (counted: 209 flushes for 200 requests on either side).
"""

import argparse
import contextlib
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

START_UP_LIMIT_S = 60.0
"""A process that has painted nothing by then has failed."""

DEFAULT_ROW_BYTES = 1700
"""Bytes of all columns that one accepted request stores (measured: 1694), unless ``kiosk.bench`` says another."""

MEMORY_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "devtmpfs"})

BARE_WINDOW = """
import json, os, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

class Window(QWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(json.dumps({"first_paint_ms": None}), flush=True)
        os._exit(0)

application = QApplication(sys.argv[:1])
window = Window()
layout = QVBoxLayout(window)
layout.addWidget(QLabel("\\u517b\\u8001\\u8d44\\u683c\\u8ba4\\u8bc1"))
for number in range(4):
    layout.addWidget(QPushButton(str(number)))
window.resize(1080, 1920)
window.show()
application.exec()
"""


class BenchError(Exception):
    """One side could not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two medians from one run, and every single value."""

    what: str
    unit: str
    kiosk: float
    bare: float
    ratio: float
    """How many times worse than bare: kiosk / bare for times, bare / kiosk for rates."""
    kiosk_rounds: tuple[float, ...]
    bare_rounds: tuple[float, ...]


def compare(
    what: str, unit: str, kiosk: Sequence[float], bare: Sequence[float], *, is_rate: bool
) -> Comparison:
    """Reduce the rounds of both sides to their medians and one ratio."""
    ours, theirs = statistics.median(kiosk), statistics.median(bare)
    ratio = theirs / ours if is_rate else ours / theirs
    return Comparison(what, unit, ours, theirs, ratio, tuple(kiosk), tuple(bare))


def first_paint_ms(command: Sequence[str]) -> float:
    """Start a program and measure until its line about the first paint arrives.

    Both sides are timed from outside, with one clock: what a process says of itself misses the
    interpreter's own start.

    Returns:
        Milliseconds.
    Raises:
        BenchError: it ended without that line.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    started = time.perf_counter()
    with subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                if '"first_paint_ms"' in line:
                    return (time.perf_counter() - started) * 1000
            process.wait(START_UP_LIMIT_S)
            said = (process.stderr.read() if process.stderr else "").strip().splitlines()
        finally:
            _end(process)
    last = said[-1] if said else "it said nothing"
    raise BenchError(f"no first paint from {' '.join(command[1:4])}: {last}")


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()


def measure_start_up(rounds: int) -> Comparison:
    """Start both windows in turns; one unmeasured round first, so that both are in the page cache.

    Raises:
        BenchError: one of them paints nothing.
    """
    kiosk_command = [sys.executable, "-m", "kiosk", "run", "--measure-start-up"]
    bare_command = [sys.executable, "-c", BARE_WINDOW]
    kiosk, bare = [], []
    for number in range(rounds + 1):
        times = first_paint_ms(bare_command), first_paint_ms(kiosk_command)
        if number:
            bare.append(times[0])
            kiosk.append(times[1])
    return compare("start-up to first paint", "ms", kiosk, bare, is_rate=False)


def file_system(path: Path) -> str:
    """Name the type of file system that a folder is on; empty where that cannot be read."""
    try:
        mounts = Path("/proc/mounts").read_text("utf-8").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for mount in mounts:
        point, found = mount.split()[1:3]
        is_above = path == Path(point) or Path(point) in path.parents
        if is_above and len(point) >= len(best):
            best, kind = point, found
    return kind


@contextlib.contextmanager
def disk_folder() -> Iterator[Path]:
    """Give an empty folder on the checkout's own disk; /tmp may be in memory, where a flush is free.

    Raises:
        BenchError: the checkout itself is in memory.
    """
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as name:
        folder = Path(name)
        kind = file_system(folder)
        if kind in MEMORY_FILE_SYSTEMS:
            raise BenchError(f"the checkout is on {kind}, where nothing is flushed to a disk")
        yield folder


def bare_rate(count: int, folder: Path, row_bytes: int) -> float:
    """Commit rows one by one with the kiosk's own SQLite build, without encryption.

    Returns:
        Rows a second.
    """
    dbapi2 = importlib.import_module("sqlcipher3.dbapi2")
    row = os.urandom(row_bytes)
    connection = dbapi2.connect(str(folder / "bare.sqlite3"), isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        started = time.perf_counter()
        for _ in range(count):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO row (body) VALUES (?)", (row,))
            connection.execute("COMMIT")
        return float(count / (time.perf_counter() - started))
    finally:
        connection.close()


def kiosk_hook() -> tuple[Callable[[int, Path], float], int]:
    """Find the kiosk's own measurement: its rate function and the bytes that one request stores.

    Raises:
        BenchError: this kiosk has none.
    """
    try:
        module = importlib.import_module("kiosk.bench")
    except ImportError as error:
        raise BenchError(f"kiosk.bench cannot be imported: {error}") from error
    return module.enqueue_rate, int(getattr(module, "ENQUEUE_BYTES", DEFAULT_ROW_BYTES))


def measure_requests(rounds: int, count: int) -> Comparison:
    """Let both sides commit in turns, each round in a fresh database on the checkout's disk.

    Raises:
        BenchError: there is no disk, or no kiosk to measure.
    """
    enqueue_rate, row_bytes = kiosk_hook()
    kiosk, bare = [], []
    for _ in range(rounds):
        with disk_folder() as folder:
            bare.append(bare_rate(count, folder, row_bytes))
        with disk_folder() as folder:
            kiosk.append(float(enqueue_rate(count, folder)))
    what = f"requests accepted ({row_bytes} bytes each)"
    return compare(what, "1/s", kiosk, bare, is_rate=True)


def table(comparisons: Sequence[Comparison]) -> str:
    """Write the comparisons as aligned columns."""
    rows = [("", "unit", "kiosk", "bare", "times worse")]
    rows += [
        (c.what, c.unit, f"{c.kiosk:.0f}", f"{c.bare:.0f}", f"{c.ratio:.2f}") for c in comparisons
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and tell with the exit code whether everything could be measured."""
    parser = argparse.ArgumentParser(prog="tasks.py bench visit", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds of each side")
    parser.add_argument("--count", type=int, default=200, help="requests in a round")
    options = parser.parse_args(arguments)
    parts: tuple[Callable[[], Comparison], ...] = (
        lambda: measure_start_up(options.rounds),
        lambda: measure_requests(options.rounds, options.count),
    )
    done: list[Comparison] = []
    faults: list[str] = []
    for part in parts:
        try:
            done.append(part())
        except BenchError as error:
            faults.append(str(error))
    if options.json:
        print(json.dumps({"comparisons": [asdict(c) for c in done], "faults": faults}, indent=1))
    else:
        print(table(done))
        for fault in faults:
            print(f"not measured: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
