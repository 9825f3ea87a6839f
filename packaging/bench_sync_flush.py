"""The puts of ``bench_sync_enqueue`` once more, on a disk whose flush takes as long as a kiosk's. This is a model.

The disk of a virtual machine flushes in a fraction of a millisecond and tells little of a kiosk's eMMC or SSD. So every
contender runs in memory, where a flush is free, and strace holds back each fsync and fdatasync of its process for
a given time, the kiosk's like all others'. Nothing else of a disk is modelled: not how fast it writes, not that it is
busy. How often each flushes is counted, not assumed: see the column.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench_sync_enqueue import BASE, CONTENDERS, Pace, run_contender
from bench_visit import BenchError

FLUSH_MS = (2, 5)
"""An assumption, not a measurement of a kiosk: a consumer SSD or good eMMC, and a slower one. SD cards take longer."""

MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own is made in it)


@dataclass(frozen=True, slots=True)
class ModelledFigure:
    """What was measured of one contender with one length of a flush."""

    name: str
    flush_ms: int
    """Added to each fsync and fdatasync."""
    puts_per_s: float
    """Of the fastest round: all of them wait equally long for the disk, so what is slower was disturbed."""
    cpu_ms: float
    """Of the processor for each put, the least of the rounds."""
    own_ms: float | None
    """What a put takes besides its flushes, strace's part with it; None when nobody counted them."""
    flushes_per_put: float | None
    ratio: float
    """To bare sqlite3 with the same three rows, in the same run."""


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Give an empty folder where a flush costs nothing.

    Raises:
        BenchError: this machine has none.
    """
    if not MEMORY.is_dir():
        raise BenchError("a file system in memory is needed for flushes of a given length")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=MEMORY) as name:
        yield Path(name)


def slow_flush(flush_ms: int) -> Sequence[str]:
    """The command that holds back every flush of what follows it, and touches no other system call.

    Raises:
        BenchError: no strace.
    """
    if shutil.which("strace") is None:
        raise BenchError("strace is needed for flushes of a given length")
    calls = "fsync,fdatasync"
    return (
        *("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"),
        *("-e", f"trace={calls}", "-e", f"inject={calls}:delay_exit={flush_ms}ms"),
    )


def measure(
    rounds: int,
    count: int,
    flushes: Mapping[str, float | None],
    flush_ms: Sequence[int] = FLUSH_MS,
) -> list[ModelledFigure]:
    """Let all contenders put in turns, for each length of a flush.

    Args:
        flushes: for each put, as ``bench_sync_enqueue`` counted them.
    Raises:
        BenchError: no strace, no memory, or a contender fails.
    """
    return [figure for one in flush_ms for figure in _with(one, rounds, count, flushes)]


def _with(
    flush_ms: int, rounds: int, count: int, flushes: Mapping[str, float | None]
) -> Iterator[ModelledFigure]:
    paces: dict[str, list[Pace]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            with memory_folder() as folder:
                paces[name].append(run_contender(name, count, folder, slow_flush(flush_ms)))
    best = {name: max(pace.puts_per_s for pace in found) for name, found in paces.items()}
    for name, rate in best.items():
        counted = flushes[name]
        yield ModelledFigure(
            name=name,
            flush_ms=flush_ms,
            puts_per_s=rate,
            cpu_ms=min(pace.cpu_ms for pace in paces[name]),
            own_ms=None if counted is None else 1000 / rate - counted * flush_ms,
            flushes_per_put=counted,
            ratio=rate / best[BASE],
        )


def table(figures: Sequence[ModelledFigure]) -> str:
    """Write the figures as aligned columns."""
    lines = ["  modelled: in memory, each flush held back for"]
    lines.append(
        f"  {'':14}{'flush':>7}{'puts/s':>8}{'own ms':>8}{'CPU ms':>8}{'flushes':>9}{'ratio':>7}"
    )
    for one in figures:
        own = "?" if one.own_ms is None else f"{one.own_ms:.2f}"
        counted = "?" if one.flushes_per_put is None else f"{one.flushes_per_put:.2f}"
        lines.append(
            f"  {one.name:14}{one.flush_ms:4} ms{one.puts_per_s:8.0f}{own:>8}{one.cpu_ms:8.2f}"
            f"{counted:>9}{one.ratio:7.2f}"
        )
    return "\n".join(lines)
