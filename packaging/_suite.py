"""Run every check of a change one after the other, go on after a failure, and sum up."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _console import Console, elapsed_text

NO_TESTS_COLLECTED = 5
"""pytest's exit code; a suite without tests has not passed."""


@dataclass(frozen=True, slots=True)
class Check:
    """One tool to run over the checkout."""

    title: str
    command: tuple[str, ...]
    """What follows ``python -m``: scripts in .venv hold paths that a moved checkout leaves stale."""


LINT = Check("lint", ("ruff", "check"))
FORMAT = Check("format", ("ruff", "format", "--check"))
TYPES = Check("types", ("mypy",))
CONTRACTS = Check("import contracts", ("pytest", "-q", "tests/test_architecture.py"))


def _at_once() -> int:
    """Test processes: one more than processors, as many tests wait for a process, a clock or a disk.

    Four at most: a Qt process needs 300 MB.
    """
    allowed = getattr(os, "sched_getaffinity", None)
    return min(4, 1 + (len(allowed(0)) if allowed else os.cpu_count() or 1))


SEED = "20261123"
"""What decides over a change draws the same each time: a fault that only chance finds is no fault of the change at
hand. ``tasks.py test -n auto`` draws anew and prints its seed; it is for looking for such faults."""
DRAWS = (f"--randomly-seed={SEED}", f"--hypothesis-seed={SEED}")
TESTS = Check(
    "tests",
    ("pytest", "-n", str(_at_once()), "--dist", "worksteal", "-m", "not alone", *DRAWS),
)
"""What may have neighbours."""
TESTS_ALONE = Check("tests alone", ("pytest", "-m", "alone", *DRAWS))
"""What a neighbour on the other processor would falsify."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended."""

    check: Check
    code: int
    elapsed_s: float


def run_checks(
    checks: Sequence[Check],
    *,
    python: Path,
    root: Path,
    environment: Mapping[str, str],
    console: Console,
    call: Callable[..., int] = subprocess.call,
) -> list[Outcome]:
    """Run the checks in order, each to its end, their output passed through unchanged."""
    outcomes = []
    for check in checks:
        console.say(f"\n-- {check.title}: {' '.join(check.command)}")
        started = time.monotonic()
        code = call([str(python), "-m", *check.command], cwd=root, env=dict(environment))
        outcomes.append(Outcome(check, code, time.monotonic() - started))
    return outcomes


def summary(outcomes: Sequence[Outcome]) -> str:
    """Write the table that closes a run."""
    width = max(len(outcome.check.title) for outcome in outcomes)
    rows = []
    for outcome in outcomes:
        word = "ok" if outcome.code == 0 else f"FAULT (exit {outcome.code})"
        rows.append(
            f"  {outcome.check.title:<{width}}  {elapsed_text(outcome.elapsed_s):>7}  {word}"
        )
    return "\n".join(rows)


def offscreen(environment: Mapping[str, str]) -> dict[str, str]:
    """Give tests Qt's offscreen platform, unless somebody chose one."""
    return {"QT_QPA_PLATFORM": "offscreen", **environment}


def run_suite(checks: Sequence[Check], *, python: Path, root: Path, console: Console) -> int:
    """Run the checks and print the table; 0 when all passed, 1 when one did not, 130 on Ctrl-C."""
    outcomes = run_checks(
        checks, python=python, root=root, environment=offscreen(os.environ), console=console
    )
    console.say()
    console.say(summary(outcomes))
    return 0 if all(outcome.code == 0 for outcome in outcomes) else 1
