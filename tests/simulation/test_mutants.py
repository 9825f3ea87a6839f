"""A simulator flatters its author until it has caught the mistakes that were put in on purpose."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.mutants_centre import CENTRE_MUTANTS
from tests.simulation.seeds import Stage, run_seeds, stage

BLOCK = 25
MOST_SEEDS = 150


@pytest.fixture(scope="module")
def both_sides() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [*MUTANTS, *CENTRE_MUTANTS], ids=lambda one: one.__name__)
def test_mistake_put_in_on_purpose_is_caught(
    both_sides: Stage, monkeypatch: pytest.MonkeyPatch, mutant: Mutant, record_property
):
    mutant(monkeypatch)
    caught: dict[int, list[str]] = {}
    played = 0
    while not caught and played < MOST_SEEDS:
        verdicts = run_seeds(both_sides, range(played, played + BLOCK), is_mutant=True)
        caught.update(verdicts.faults)
        played += BLOCK
    kinds = Counter(re.sub(r"[0-9a-f-]{36}|\d+", "N", faults[0]) for faults in caught.values())
    most = kinds.most_common(1)[0][0] if kinds else "nothing"
    record_property(
        "figure", f"{mutant.__name__}: caught by {len(caught)} of {played} seeds ({most})"
    )
    assert caught, f"{played} seeds are blind to it: {mutant.__doc__}"
