"""The power is cut at every call of the kiosk's own process: nothing that was promised is lost, nothing is corrupt."""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.crash import looks, states_before
from tests.crash.disk import Disk
from tests.crash.explorer import Findings, Result, Scenario, explore
from tests.crash.trace import Call, Job, require_strace, traced

EVERY_CALL = bool(os.environ.get("XIANGLIN_CRASH_ALL"))
"""Leave nothing out: minutes instead of seconds."""


@dataclass(frozen=True, slots=True)
class Case:
    """One driver and what holds after it."""

    driver: str
    before: Callable[[Path], None] = lambda _folder: None
    rules: tuple[looks.Rule, ...] = ()
    of_before: int = 0
    """Events of the version before, which stay as they are."""
    thin: int = 1
    """Where a state takes long to open: one in so many of the calls that only write bytes, others at other seeds."""
    look: Callable[[Path], Findings] = looks.look
    least: int = 100
    """States that must be explored, so that a trace that sees nothing cannot pass."""

    def explore(self, work: "Work", *, stop_at_fault: bool = False) -> Result:
        """Cut the power at every call of the traced driver."""
        return explore(
            work.calls,
            Disk.of(work.before),
            work.job.folder,
            Scenario(self.look, looks.judge_by(looks.is_sealed(self.of_before), *self.rules)),
            seed=random.getrandbits(30),
            thin=1 if EVERY_CALL else self.thin,
            stop_at_fault=stop_at_fault,
        )


@dataclass(frozen=True, slots=True)
class Work:
    """A traced driver."""

    job: Job
    before: Path
    """A copy of the folder as it was before."""
    calls: list[Call]


CASES = {
    "first start": Case("first_start", thin=3),
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
        "migration",
        partial(states_before.version_before, count=5),
        (looks.has_at_least(5),),
        of_before=5,
        thin=2,
    ),
    "courier export": Case(
        "courier_export",
        partial(states_before.with_medium, count=8),
        (looks.has_at_least(8), looks.bundles_are_whole),
        look=looks.look_at_medium,
    ),
    "courier import": Case(
        "courier_import",
        partial(states_before.with_report, count=7),
        (looks.has_at_least(7), looks.agrees_with_the_centre),
    ),
    "repair": Case(
        "repair",
        partial(states_before.damaged, count=4),
        (looks.has_at_least(4),),
        thin=12,
        look=looks.look_repairing,
    ),
}


CONTROLS = {
    "synchronous_normal": "enqueue",
    "journal_delete": "enqueue",
    "journal_off": "enqueue",
    "no_folder_sync": "first start",
    "no_medium_sync": "courier export",
}
"""Faults built in, and where each must be seen."""


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Work]:
    """Every driver, traced, by case or control."""
    require_strace()
    top = tmp_path_factory.mktemp("crash")
    wanted = {**{name: (name, ()) for name in CASES}}
    wanted |= {control: (name, (control,)) for control, name in CONTROLS.items()}
    jobs = []
    for number, (name, controls) in enumerate(wanted.values()):
        folder = top / f"work-{number}"
        folder.mkdir(mode=0o700)
        CASES[name].before(folder)
        shutil.copytree(folder, top / f"before-{number}")
        jobs.append(Job(CASES[name].driver, folder, controls))
    calls = traced(jobs, top)
    return {
        name: Work(job, top / f"before-{number}", calls[number])
        for number, (name, job) in enumerate(zip(wanted, jobs, strict=True))
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_promise_is_kept_when_the_power_is_cut_at_any_call(
    name: str, works: dict[str, Work], record_property: Callable[[str, object], None]
) -> None:
    result = CASES[name].explore(works[name])
    record_property("explored", result.summary(name))
    assert result.faults == []
    assert result.states >= CASES[name].least
    assert result.promises


@pytest.mark.slow
@pytest.mark.parametrize("control", CONTROLS)
def test_explorer_catches_a_fault_that_was_built_in(
    control: str, works: dict[str, Work], record_property: Callable[[str, object], None]
) -> None:
    result = CASES[CONTROLS[control]].explore(works[control], stop_at_fault=True)
    record_property("explored", f"caught, as it must be: {control}: {result.faults[:1]}")
    assert result.faults
