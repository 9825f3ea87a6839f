"""Finds characters that pinyin does not bring: by strokes, by the names of their parts, by radical."""

import re
from pathlib import Path

from accessibility.input_method.candidate import MOST_CANDIDATES, Candidate
from accessibility.input_method.segmentation import partings, typed_letters
from accessibility.input_method.table import ReadOnlyTable

MOST_STROKES = 40
_STROKES = re.compile(f"[1-5]{{1,{MOST_STROKES}}}")
_MOST_PARTS = 4
_OF_RADICAL = (
    "SELECT DISTINCT text FROM radical_character"
    " WHERE number IN (SELECT number FROM radical WHERE text = ?) AND rest = ? ORDER BY rank"
)
_RESTS = (
    "SELECT DISTINCT rest FROM radical_character"
    " WHERE number IN (SELECT number FROM radical WHERE text = ?) ORDER BY rest"
)
_STANDARD = 8_105
"""Ranks below are those of 通用规范汉字表: what is written every day."""


class CharacterFinder:
    """Looks characters up; common ones come first.

    Args:
        table: another table than the product's own.
    """

    def __init__(self, table: Path | None = None) -> None:
        self._table = ReadOnlyTable("characters.sqlite", table)
        self._syllables: frozenset[str] = frozenset()

    def by_strokes(self, typed: str, most: int = MOST_CANDIDATES) -> tuple[Candidate, ...]:
        """Return the characters that begin with these strokes, complete ones first.

        Args:
            typed: 1 横, 2 竖, 3 撇, 4 点, 5 折, in the order of writing.
            most: how many at most.
        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        match = _STROKES.match(typed)
        if match is None:
            return ()
        strokes = match[0]
        found = self._characters(
            "SELECT text FROM stroke WHERE sequence >= ? AND sequence < ?"
            " ORDER BY sequence != ?, rank LIMIT ?",
            (strokes, f"{strokes}6", strokes, max(0, most)),
        )
        return tuple(Candidate(text, len(strokes)) for text in found)

    def by_parts(self, typed: str, most: int = MOST_CANDIDATES) -> tuple[Candidate, ...]:
        """Return the characters whose parts are called so: shishi gives 砳, jiji gives 喆.

        Args:
            typed: the pinyin of at least two parts, one after the other.
            most: how many at most.
        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        letters = typed_letters(typed)
        if not letters:
            return ()
        found: dict[str, int] = {}
        for way in partings(letters, self._names()):
            whole = [piece.is_whole for piece in way]
            if not 2 <= len(way) <= _MOST_PARTS or not all(whole[:-1]):
                continue
            spelling = " ".join(piece.letters for piece in way)
            exact = spelling if whole[-1] else ""
            for text in self._characters(
                "SELECT text FROM part WHERE spelling >= ? AND spelling < ?"
                " ORDER BY spelling != ?, rank LIMIT ?",
                (spelling, f"{spelling}{{", exact, max(0, most)),
            ):
                found.setdefault(text, way[-1].end)
        return tuple(
            Candidate(text, length) for text, length in list(found.items())[: max(0, most)]
        )

    def radicals(self, strokes: int) -> tuple[str, ...]:
        """Return the radicals that are written with so many strokes, those of most characters first.

        One that looks the same left and right (阝), or as moon and flesh (月), is one.

        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        query = (
            "SELECT radical.text FROM radical JOIN radical_character USING (number)"
            " WHERE strokes = ? GROUP BY radical.text ORDER BY sum(rank < ?) DESC, radical.text"
        )
        return tuple(self._characters(query, (strokes, _STANDARD)))

    def by_radical(self, radical: str, rest: int) -> tuple[str, ...]:
        """Return the characters of a radical with so many strokes beside it.

        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        return tuple(self._characters(_OF_RADICAL, (radical, rest)))

    def rests(self, radical: str) -> tuple[int, ...]:
        """Return the numbers of strokes beside a radical for which there are characters.

        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        return tuple(int(str(row[0])) for row in self._table.rows(_RESTS, (radical,)))

    def close(self) -> None:
        """Let go of the table."""
        self._table.close()

    def _names(self) -> frozenset[str]:
        """Every syllable that names a part."""
        if not self._syllables:
            rows = self._table.rows("SELECT DISTINCT spelling FROM part")
            self._syllables = frozenset(name for row in rows for name in str(row[0]).split())
        return self._syllables

    def _characters(self, query: str, values: tuple[object, ...]) -> list[str]:
        return [str(row[0]) for row in self._table.rows(query, values)]
