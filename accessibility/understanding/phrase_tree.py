"""Finds the phrases that are nearest to what was heard, without comparing each of them from its beginning. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accessibility.phonetics.costs import DELETION, INSERTION
from accessibility.phonetics.distance import Cost, first_row
from accessibility.phonetics.syllable import Syllable
from accessibility.understanding.candidates import Candidate


@dataclass(slots=True)
class _Node:
    following: dict[int, "_Node"] = field(default_factory=dict)
    """By the number of the next syllable."""
    ending: list[Candidate] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The best way to have said one thing."""

    candidate: Candidate
    distance: float
    """For each syllable of the longer one: 0 the same, 1 nothing in common."""


_Column = list[float | None]
"""What one heard syllable costs for each numbered one, as far as it was asked for."""
MOST_COLUMNS = 1000
"""Heard syllables whose costs are kept; Mandarin has about 400."""


class PhraseTree:
    """Phrases of one length share their beginnings, so that one row of costs serves them all."""

    def __init__(self, candidates: Iterable[Candidate], cost: Cost) -> None:
        self._cost = cost
        self._syllables: list[Syllable] = []
        self._roots: dict[int, _Node] = {}
        self._columns: dict[Syllable, _Column] = {}
        numbers: dict[Syllable, int] = {}
        for candidate in candidates:
            if not candidate.syllables:
                continue
            node = self._roots.setdefault(len(candidate.syllables), _Node())
            for syllable in candidate.syllables:
                number = numbers.setdefault(syllable, len(numbers))
                node = node.following.setdefault(number, _Node())
            node.ending.append(candidate)
        self._syllables = list(numbers)

    def nearest(self, heard: Sequence[Syllable], limit: float, reach: float) -> list[Nearest]:
        """The nearest phrase of each meaning, nearest first.

        Args:
            heard: what was heard.
            limit: distance beyond which no phrase counts.
            reach: how much farther than the nearest a meaning still counts.
        """
        search = _Search(limit, reach)
        prices = _Prices(self._cost, self._syllables, [(one, self._column(one)) for one in heard])
        for length in sorted(self._roots, key=lambda one: abs(one - len(heard))):
            self._look(length, prices, search)
        return search.result()

    def _column(self, sound: Syllable) -> _Column:
        known = self._columns.get(sound)
        if known is None:
            known = [None] * len(self._syllables)
            if len(self._columns) < MOST_COLUMNS:
                self._columns[sound] = known
        return known

    def _look(self, length: int, prices: "_Prices", search: "_Search") -> None:
        longer = max(length, prices.count)
        waiting = [(0.0, self._roots[length], length, first_row(prices.count))]
        while waiting:
            bound, node, left, row = waiting.pop()
            if bound > search.limit * longer:
                continue
            for candidate in node.ending:
                search.note(candidate, row[-1] / longer)
            following = []
            for number, child in node.following.items():
                below = _next(row, prices.of(number))
                bound = _least(below, left - 1)
                if bound <= search.limit * longer:
                    following.append((bound, child, left - 1, below))
            # the likeliest is looked at first: it narrows the limit for the others
            following.sort(key=lambda one: -one[0])
            waiting += following


class _Prices:
    """What each numbered syllable costs for everything that was heard."""

    def __init__(
        self, cost: Cost, syllables: Sequence[Syllable], columns: Sequence[tuple[Syllable, _Column]]
    ) -> None:
        self.count = len(columns)
        self._cost = cost
        self._syllables = syllables
        self._columns = columns
        self._known: dict[int, list[float]] = {}

    def of(self, number: int) -> list[float]:
        known = self._known.get(number)
        if known is None:
            known = [
                self._ask(number, sound, column) if (price := column[number]) is None else price
                for sound, column in self._columns
            ]
            self._known[number] = known
        return known

    def _ask(self, number: int, sound: Syllable, column: _Column) -> float:
        column[number] = price = self._cost(self._syllables[number], sound)
        return price


class _Search:
    """What was found so far."""

    def __init__(self, limit: float, reach: float) -> None:
        self.limit = limit
        self._reach = reach
        self._found: dict[str, Nearest] = {}

    def note(self, candidate: Candidate, distance: float) -> None:
        known = self._found.get(candidate.meaning)
        if distance <= self.limit and (known is None or distance < known.distance):
            self._found[candidate.meaning] = Nearest(candidate, distance)
            self.limit = min(self.limit, distance + self._reach)

    def result(self) -> list[Nearest]:
        near = [one for one in self._found.values() if one.distance <= self.limit]
        return sorted(near, key=lambda one: (one.distance, one.candidate.meaning))


def _least(row: Sequence[float], longest: int) -> float:
    """The least that a phrase can cost in the end, if all that is left of both agrees as far as it goes.

    Args:
        row: costs so far.
        longest: syllables of the phrase that are left.
    """
    best = 1e9
    gap = len(row) - 1 - longest
    for cost in row:
        total = cost + (gap * INSERTION if gap > 0 else -gap * DELETION)
        if total < best:
            best = total
        gap -= 1
    return best


def _next(above: Sequence[float], price: Sequence[float]) -> list[float]:
    """As ``distance.next_row``, with the costs looked up before."""
    left = above[0] + DELETION
    row = [left]
    for place, change in enumerate(price):
        best = above[place] + change
        deleted = above[place + 1] + DELETION
        inserted = left + INSERTION
        # two comparisons: min() is called half a million times in a measurement
        best = deleted if deleted < best else best
        left = inserted if inserted < best else best
        row.append(left)
    return row
