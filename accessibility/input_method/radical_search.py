"""The way of a printed dictionary: strokes of the radical, the radical, strokes beside it. Qt-free."""

from accessibility.input_method.candidate import Candidate
from accessibility.input_method.character_finder import CharacterFinder

CHOICE = "choice"
"""Begins a sign that takes a choice: ``choice3`` is the fourth of ``choices``."""
MOST_RADICAL_STROKES = 17


class RadicalSearch:
    """Three steps down, each of which delete takes back; the last one offers characters."""

    def __init__(self, finder: CharacterFinder) -> None:
        self._finder = finder
        self._strokes = 0
        self._radical: str | None = None
        self._rest: int | None = None
        self._radicals: tuple[str, ...] = ()
        self._rests: tuple[int, ...] = ()
        self.candidates: tuple[Candidate, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be chosen now: numbers of strokes, radicals, numbers of strokes beside the radical."""
        if self._radical is not None:
            return tuple(str(rest) for rest in self._rests)
        if self._strokes:
            return self._radicals
        return tuple(str(number) for number in range(1, MOST_RADICAL_STROKES + 1))

    @property
    def typed(self) -> str:
        """Not empty once something was chosen."""
        return self.shown

    @property
    def shown(self) -> str:
        """What was chosen, as a person reads it."""
        if self._radical is None:
            return f"{self._strokes}画" if self._strokes else ""
        return self._radical + (f" + {self._rest}画" if self._rest is not None else "")

    @property
    def hint(self) -> str:
        """The id of what is to be done next; empty when there is something to choose from."""
        if self._rest is not None:
            return ""
        if self._radical is not None:
            return "radical_rest"
        return "radical_choose" if self._strokes else "radical"

    def add(self, sign: str) -> bool:
        """Take a choice; False when the sign is none.

        Raises:
            InputTableUnusable: the table is missing or damaged.
        """
        index = sign.removeprefix(CHOICE)
        if index == sign or not index.isascii() or not index.isdigit() or len(index) > 3:
            return False
        if int(index) >= len(self.choices):
            return False
        self._take(int(index))
        return True

    def delete(self) -> bool:
        """Go one step back; False at the beginning."""
        if self._rest is not None:
            self._rest, self.candidates = None, ()
        elif self._radical is not None:
            self._radical = None
        elif self._strokes:
            self._strokes = 0
        else:
            return False
        return True

    def choose(self, index: int) -> str:
        """Commit a character and begin anew; empty when there is no such candidate."""
        if not 0 <= index < len(self.candidates):
            return ""
        text = self.candidates[index].text
        self.clear()
        return text

    def clear(self) -> None:
        """Begin anew."""
        self._strokes, self._radical, self._rest = 0, None, None
        self.candidates = ()

    def _take(self, index: int) -> None:
        if self._radical is not None:
            found = self._finder.by_radical(self._radical, self._rests[index])
            self._rest = self._rests[index]
            self.candidates = tuple(Candidate(text, 1) for text in found)
        elif self._strokes:
            self._rests = self._finder.rests(self._radicals[index])
            self._radical = self._radicals[index]
        else:
            self._radicals = self._finder.radicals(index + 1)
            self._strokes = index + 1
