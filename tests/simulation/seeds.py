"""Run seeds, and say how to see one of them again."""

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sync.central import handlers
from tests.simulation.judge import faults_of
from tests.simulation.sim_centre import SimCentre, with_effects
from tests.simulation.sim_kiosk import build_template
from tests.simulation.world import play, world_of

SEED_VARIABLE = "XIANGLIN_SEED"


@dataclass
class Verdicts:
    """What several seeds came to."""

    faults: dict[int, list[str]] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)
    events: int = 0
    traces: dict[int, list[str]] = field(default_factory=dict)

    def report(self) -> str:
        """The first failing seeds, and the command that plays one again."""
        lines = [f"{len(self.faults)} seeds failed"]
        for seed in list(self.faults)[:3]:
            lines += [
                f"seed {seed}: {self.faults[seed][:4]}",
                f"  again: {SEED_VARIABLE}={seed} python -m pytest tests/simulation -k replay -s",
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Stage:
    """What all seeds of a process share."""

    folder: Path
    template: Path
    centre: SimCentre


@contextmanager
def stage() -> Iterator[Stage]:
    """Databases in memory where the machine has a place for it: these tests are about order, not about fsync."""
    memory = Path("/dev/shm")
    parent = str(memory) if os.access(memory, os.W_OK) else None
    with TemporaryDirectory(prefix="xianglin-sim-", dir=parent) as name:
        folder = Path(name)
        template = folder / "template.db"
        build_template(template)
        centre = SimCentre(folder / "centre")
        real, handlers.HANDLERS = handlers.HANDLERS, with_effects(centre)
        # Thousands of failures are meant here, and each would be written down.
        level = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield Stage(folder, template, centre)
        finally:
            logging.disable(level)
            handlers.HANDLERS = real
            centre.close()


def run_seeds(stage: Stage, seeds: Iterable[int], *, is_mutant: bool = False) -> Verdicts:
    """Play each seed and judge it.

    Args:
        is_mutant: a mistake was put in, so that the engine may also raise anything.
    """
    verdicts = Verdicts()
    for seed in seeds:
        with world_of(seed, stage.folder, stage.template, stage.centre) as world:
            try:
                play(world)
                faults = faults_of(world)
            except Exception as error:
                if not is_mutant:
                    raise AssertionError(f"seed {seed} raised {error!r}") from error
                faults = [f"raised {type(error).__name__}"]
            verdicts.counts += world.fate.counts
            verdicts.events += len(world.promised)
            verdicts.traces[seed] = world.fate.trace
            if faults:
                verdicts.faults[seed] = faults
    return verdicts
