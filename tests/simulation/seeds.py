"""Run seeds, and say how to see one of them again."""

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from sqlcipher3 import dbapi2

from sync import sqlcipher
from sync.central import engines, handlers
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
    templates: tuple[Path, Path]
    """A kiosk that signs its events, and one that seals them too."""
    centre: SimCentre


@contextmanager
def stage(*, is_encrypted: bool = False) -> Iterator[Stage]:
    """Databases in memory where the machine has a place for it: these tests are about order, not about fsync.

    Args:
        is_encrypted: as in service; without it a seed takes two thirds of the time.
    """
    opened = sqlcipher.connect if is_encrypted else _connect_in_clear
    with (
        mock.patch.object(sqlcipher, "connect", opened),
        mock.patch.object(engines, "connect", opened),
        _stage() as made,
    ):
        yield made


def _connect_in_clear(path: Path, _key: bytes) -> dbapi2.Connection:
    connection = dbapi2.connect(
        str(path), isolation_level=None, check_same_thread=False, timeout=5.0
    )
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def _stage() -> Iterator[Stage]:
    memory = Path("/dev/shm")
    parent = str(memory) if os.access(memory, os.W_OK) else None
    with TemporaryDirectory(prefix="xianglin-sim-", dir=parent) as name:
        folder = Path(name)
        centre = SimCentre(folder / "centre")
        templates = folder / "signing.db", folder / "sealing.db"
        build_template(templates[0])
        build_template(templates[1], centre.own_keys.document, centre.public_key)
        real, handlers.HANDLERS = handlers.HANDLERS, with_effects(centre)
        # Thousands of failures are meant here, and each would be written down.
        level = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield Stage(folder, templates, centre)
        finally:
            logging.disable(level)
            handlers.HANDLERS = real
            centre.close()


def run_seeds(stage: Stage, seeds: Iterable[int], *, is_mutant: bool = False) -> Verdicts:
    """Play each seed and judge it.

    Args:
        is_mutant: a mistake was put in, so that the engine may also raise anything; the worlds are larger, because
            a mistake that shows in one of a hundred shows in thousands of small ones all the same.
    """
    verdicts = Verdicts()
    for seed in seeds:
        with world_of(seed, stage.folder, stage.templates, stage.centre) as world:
            try:
                play(world, (6, 9) if is_mutant else (3, 5))
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
