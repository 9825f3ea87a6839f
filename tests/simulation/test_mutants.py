"""A simulator flatters its author until it has caught the mistakes that were put in on purpose."""

import re
from collections.abc import Iterator

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.mutants_centre import CENTRE_MUTANTS
from tests.simulation.seeds import Stage, run_seeds, stage

MOST_SEEDS = 150


@pytest.fixture(scope="module")
def both_sides() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.mark.slow
def test_same_seeds_find_nothing_without_a_mistake(both_sides: Stage):
    """Else a mistake would be caught by a fault of the simulator's own."""
    verdicts = run_seeds(both_sides, range(30), is_mutant=True)
    assert not verdicts.faults, verdicts.report()


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [*MUTANTS, *CENTRE_MUTANTS], ids=lambda one: one.__name__)
def test_mistake_put_in_on_purpose_is_caught(
    both_sides: Stage, monkeypatch: pytest.MonkeyPatch, mutant: Mutant, record_property
):
    mutant(monkeypatch)
    for seed in range(MOST_SEEDS):
        verdicts = run_seeds(both_sides, [seed], is_mutant=True)
        if verdicts.faults:
            fault = re.sub(r"[0-9a-f-]{36}|\d+", "N", verdicts.faults[seed][0])
            record_property("figure", f"{mutant.__name__}: caught by seed {seed} ({fault})")
            return
    pytest.fail(f"{MOST_SEEDS} seeds are blind to it: {mutant.__doc__}")
