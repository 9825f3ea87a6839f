"""5,000 seeds of both sides with real databases: nothing lost, nothing twice, every subject in its order."""

import os
from collections.abc import Iterator

import pytest

from tests.simulation.seeds import SEED_VARIABLE, Stage, run_seeds, stage
from tests.simulation.sim_link import TROUBLES

SEEDS = 5000
CHUNK = 125
"""Seeds of one test, so that two cores share them."""


@pytest.fixture(scope="module")
def both_sides() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.mark.slow
def test_nothing_is_lost_with_encrypted_databases_either():
    with stage(is_encrypted=True) as made:
        verdicts = run_seeds(made, range(SEEDS, SEEDS + 40))
    assert not verdicts.faults, verdicts.report()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_nothing_is_lost_and_nothing_happens_twice(both_sides: Stage, first: int):
    verdicts = run_seeds(both_sides, range(first, first + CHUNK))
    assert not verdicts.faults, verdicts.report()
    assert verdicts.events > 3 * CHUNK
    # A simulator in which nothing goes wrong proves nothing.
    wanted = {*TROUBLES, *CUTS} - {"none"}
    assert wanted <= {name for name, count in verdicts.counts.items() if count}, verdicts.counts


CUTS = (
    "kiosk before commit",
    "kiosk after commit",
    "kiosk before send",
    "kiosk after send",
    "centre before commit",
    "centre after commit",
    "centre before answer",
    "bundle delivered",
    "report taken in",
    "centre set back",
    "late request arrives",
    "wall clock jumps",
    "listener fails",
    "effect fails",
)


@pytest.mark.skipif(SEED_VARIABLE not in os.environ, reason=f"{SEED_VARIABLE} names no seed")
def test_replay_of_one_seed(both_sides: Stage):
    seed = int(os.environ[SEED_VARIABLE])
    verdicts = run_seeds(both_sides, [seed])
    print("\n".join(verdicts.traces[seed]))  # noqa: T201  (what it is for)
    assert not verdicts.faults, verdicts.report()
