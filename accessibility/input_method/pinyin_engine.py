"""Words for typed pinyin: full, half typed, or only its initials. Deterministic; learns nothing."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accessibility.input_method.candidate import MOST_CANDIDATES, Candidate
from accessibility.input_method.place_names import PlaceNames
from accessibility.input_method.segmentation import (
    Parting,
    parting_cost,
    partings,
    typed_letters,
)
from accessibility.input_method.table import ReadOnlyTable

LONGEST_WORD = 12
"""Syllables of the longest name of a county."""
MOST_LONGER = 4
"""Words offered that are longer than what is typed."""

_FIRST = -10_000
"""Weight of the county's places: before every word of the same letters."""
_EXACT = (
    "SELECT text, weight FROM word WHERE initials = ? AND spelling GLOB ? ORDER BY weight LIMIT ?"
)
_LONGER = (
    "SELECT text, weight FROM word WHERE initials > ? AND initials < ? AND spelling GLOB ?"
    " ORDER BY weight LIMIT ?"
)

_Ranked = tuple[tuple[int, int, int, str], Candidate]
"""Order: letters left over, kind of match, weight, text."""


class PinyinEngine:
    """Offers words for letters, the best first; each says how many of the letters it stands for.

    Args:
        places: names of the county (villages, towns), ranked before every other word.
        table: another table than the product's own.
    """

    def __init__(self, places: Iterable[str] = (), table: Path | None = None) -> None:
        self._table = ReadOnlyTable("pinyin.sqlite", table)
        self._place_names = tuple(places)
        self._places: PlaceNames | None = None
        self._syllables: frozenset[str] = frozenset()

    def candidates(self, typed: str, most: int = MOST_CANDIDATES) -> tuple[Candidate, ...]:
        """Return at most so many words for typed letters.

        Words of all letters come first, then those of fewer: a long input is committed word by word. What is
        not pinyin gives nothing.

        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        letters = typed_letters(typed)
        if not letters or most < 1:
            return ()
        self._prepare()
        ways = partings(letters, self._syllables)
        if not ways:
            return ()
        ranked = sorted(self._ranked(ways, most), key=lambda entry: entry[0])
        words: dict[str, Candidate] = {}
        for _, candidate in ranked:
            words.setdefault(candidate.text, candidate)
        return _room_for_single_characters(list(words.values()), most)

    def close(self) -> None:
        """Let go of the table."""
        self._table.close()

    def _prepare(self) -> None:
        if not self._syllables:
            rows = self._table.rows("SELECT spelling FROM syllable")
            self._syllables = frozenset(str(row[0]) for row in rows)
        if self._places is None:
            self._places = PlaceNames(self._place_names)

    def _ranked(self, ways: Sequence[Parting], most: int) -> Iterator[_Ranked]:
        least = parting_cost(ways[0])[0]
        for way in ways:
            extra = parting_cost(way)[0] - least
            if extra > 1:
                continue
            yield from self._of_way(way, extra, most)

    def _of_way(self, way: Parting, extra: int, most: int) -> Iterator[_Ranked]:
        """Give the words of one parting: of all of it, longer ones, and those of its beginning."""
        end = way[-1].end
        for length in range(min(len(way), LONGEST_WORD), 0, -1):
            if extra and length < len(way):
                break  # an unlikely way is good for whole words only
            parting = way[:length]
            left = end - parting[-1].end
            yield from self._matching(parting, left, 3 * extra, most)
        if len(way) > 1 and all(piece.is_whole for piece in way[:-1]):
            yield from self._longer(way, 3 * extra)

    def _matching(self, parting: Parting, left: int, kind: int, most: int) -> Iterator[_Ranked]:
        used = parting[-1].end
        if self._places is not None:
            for name in self._places.matching(parting):
                yield (left, 0, _FIRST, name), Candidate(name, used)
        initials = "".join(piece.letters[0] for piece in parting)
        pattern = " ".join(piece.pattern for piece in parting)
        room = most if len(parting) == 1 else max(6, most // 3)
        for text, weight in self._words(_EXACT, (initials, pattern, room)):
            yield (left, kind, weight, text), Candidate(text, used)
        # the last syllable may be half typed although its letters are a whole one: zhen of zheng
        if not left and parting[-1].is_whole and len(parting[-1].letters) > 1:
            for text, weight in self._words(_EXACT, (initials, f"{pattern}?*", room)):
                yield (left, kind + 1, weight, text), Candidate(text, used)

    def _longer(self, way: Parting, kind: int) -> Iterator[_Ranked]:
        used = way[-1].end
        if self._places is not None:
            for name in self._places.beginning_with(way, MOST_LONGER):
                yield (0, kind + 2, _FIRST, name), Candidate(name, used)
        initials = "".join(piece.letters[0] for piece in way)
        pattern = " ".join(piece.letters for piece in way) + "*"
        for text, weight in self._words(_LONGER, (initials, f"{initials}{{", pattern, MOST_LONGER)):
            yield (0, kind + 2, weight, text), Candidate(text, used)

    def _words(self, query: str, values: Sequence[object]) -> Iterator[tuple[str, int]]:
        for text, weight in self._table.rows(query, values):
            yield str(text), int(str(weight))


def _room_for_single_characters(words: list[Candidate], most: int) -> tuple[Candidate, ...]:
    """Cut the list, but keep some single characters: a name is often typed character by character."""
    several = [word for word in words if len(word.text) > 1]
    single = [word for word in words if len(word.text) == 1]
    room = max(most - len(single), most - most // 3)
    kept = set(several[:room])
    chosen = [word for word in words if len(word.text) == 1 or word in kept]
    return tuple(chosen[:most])
