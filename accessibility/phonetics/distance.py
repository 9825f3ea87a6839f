"""How far what was heard is from a phrase: weighted edit distance over syllables. Pure."""

from collections.abc import Callable, Sequence

from accessibility.phonetics.costs import DELETION, INSERTION, syllable_cost
from accessibility.phonetics.syllable import Syllable

Cost = Callable[[Syllable, Syllable], float]
"""Cost of a phrase's syllable (first) that was heard as another one (second)."""


def first_row(heard_count: int) -> list[float]:
    """Costs of having heard 0, 1, 2… syllables where the phrase has not begun."""
    return [place * INSERTION for place in range(heard_count + 1)]


def next_row(
    above: Sequence[float], syllable: Syllable, heard: Sequence[Syllable], cost: Cost
) -> list[float]:
    """Costs after one more syllable of the phrase.

    Args:
        above: the row before.
        syllable: the phrase's next one.
        heard: all that was heard.
        cost: of one syllable heard for another.
    """
    left = above[0] + DELETION
    row = [left]
    for place, sound in enumerate(heard):
        left = min(
            above[place] + cost(syllable, sound), above[place + 1] + DELETION, left + INSERTION
        )
        row.append(left)
    return row


def phrase_distance(
    phrase: Sequence[Syllable], heard: Sequence[Syllable], cost: Cost = syllable_cost
) -> float:
    """Distance of a phrase and what was heard, for each syllable of the longer one: 0 the same, 1 nothing in common."""
    if not phrase and not heard:
        return 0.0
    row = first_row(len(heard))
    for syllable in phrase:
        row = next_row(row, syllable, heard, cost)
    return row[-1] / max(len(phrase), len(heard))
