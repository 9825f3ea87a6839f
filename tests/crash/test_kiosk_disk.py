"""The power is cut at every call of the kiosk's own process: nothing that was promised is lost, nothing is corrupt."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.crash import looks, states_before
from tests.crash.disk import Disk
from tests.crash.explorer import Result, Scenario, explore
from tests.crash.trace import traced

SEED = random.SystemRandom().randrange(1 << 30)


@dataclass(frozen=True, slots=True)
class Case:
    """One driver and what holds after it."""

    driver: str
    before: Callable[[Path], None] = lambda _folder: None
    rules: tuple[looks.Rule, ...] = ()
    least: int = 100
    """States that must be explored, so that a trace that sees nothing cannot pass."""

    def run(self, folder: Path, *controls: str, stop_at_fault: bool = False) -> Result:
        work = folder / "work"
        work.mkdir(mode=0o700)
        self.before(work)
        disk = Disk.of(work)
        calls = traced(self.driver, work, folder / "strace.log", *controls)
        scenario = Scenario(looks.look, looks.judge_by(*self.rules))
        return explore(calls, disk, work, scenario, seed=SEED, stop_at_fault=stop_at_fault)


CASES = {
    "first start": Case("first_start"),
    "enqueue": Case("enqueue", partial(states_before.served, count=2), (looks.has_at_least(2),)),
    "attachment": Case(
        "attachment",
        partial(states_before.served, count=1, attachments=1),
        (looks.has_at_least(1), looks.has_pictures(1)),
    ),
    "acknowledgement": Case(
        "acknowledgement",
        partial(states_before.served, count=10),
        (looks.has_at_least(10), looks.agrees_with_the_centre),
    ),
    "prune": Case(
        "prune",
        partial(states_before.served, count=2, attachments=1),
        (looks.has_at_least(2), looks.has_pictures(1)),
    ),
    "migration": Case(
        "migration", partial(states_before.version_before, count=5), (looks.has_at_least(5),)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_promise_is_kept_when_the_power_is_cut_at_any_call(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    case = CASES[name]
    result = case.run(tmp_path)
    record_property("explored", result.summary(name))
    assert result.faults == []
    assert result.states >= case.least
    assert result.promises


@pytest.mark.parametrize(
    ("control", "driver"),
    [
        ("synchronous_normal", "enqueue"),
        ("journal_delete", "enqueue"),
        ("journal_off", "enqueue"),
        ("no_folder_sync", "first start"),
    ],
)
def test_explorer_catches_a_fault_that_was_built_in(
    control: str,
    driver: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    result = CASES[driver].run(tmp_path, control, stop_at_fault=True)
    record_property("explored", f"caught, as it must be: {control}: {result.faults[:1]}")
    assert result.faults
