"""What is typed and not yet committed, and what it may become. Qt-free, so that it is tested without a window."""

import enum

from accessibility.input_method.candidate import Candidate
from accessibility.input_method.character_finder import MOST_STROKES, CharacterFinder
from accessibility.input_method.pinyin_engine import PinyinEngine
from accessibility.input_method.segmentation import MOST_LETTERS

STROKES = {"1": "一", "2": "丨", "3": "丿", "4": "丶", "5": "乙"}
"""How a stroke is shown, by its digit: 横 竖 撇 点 折."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'")


class Mode(enum.Enum):
    """How the keys are understood."""

    PINYIN = "pinyin"
    STROKES = "strokes"
    """Five strokes, in the order of writing: for who never learnt pinyin, and for rare characters."""
    PARTS = "parts"
    """The pinyin of a character's parts: shi shi for 砳."""


_SIGNS = {Mode.PINYIN: _LETTERS, Mode.STROKES: frozenset(STROKES), Mode.PARTS: _LETTERS}
_MOST_TYPED = {
    Mode.PINYIN: MOST_LETTERS,
    Mode.STROKES: MOST_STROKES,
    Mode.PARTS: MOST_LETTERS,
}


class Composition:
    """Collects signs, offers candidates, gives up what was committed."""

    def __init__(self, engine: PinyinEngine, finder: CharacterFinder) -> None:
        self._engine = engine
        self._finder = finder
        self.mode = Mode.PINYIN
        self.typed = ""
        """Letters, or the digits of strokes."""
        self.candidates: tuple[Candidate, ...] = ()

    @property
    def shown(self) -> str:
        """What is typed, as a person reads it."""
        if self.mode is Mode.STROKES:
            return "".join(STROKES[digit] for digit in self.typed)
        return self.typed

    @property
    def hint(self) -> str:
        """The id of what is to be done next; empty when there is something to choose from."""
        if self.typed:
            return "" if self.candidates else "nothing"
        return self.mode.value

    def switch(self, mode: Mode) -> None:
        """Understand keys in another way; what was typed in the old way is dropped."""
        self.mode = mode
        self.clear()

    def add(self, sign: str) -> bool:
        """Take one more sign; False when it means nothing here or there is no room.

        Raises:
            InputTableUnusable: a table is missing or damaged; the sign is not taken.
        """
        sign = sign.lower()
        if sign not in _SIGNS[self.mode] or len(self.typed) >= _MOST_TYPED[self.mode]:
            return False
        if sign == "'" and not self.typed:
            return False
        self._set(self.typed + sign)
        return True

    def delete(self) -> bool:
        """Drop the last sign; False when there was none.

        Raises:
            InputTableUnusable: a table is missing or damaged.
        """
        if not self.typed:
            return False
        self._set(self.typed[:-1])
        return True

    def choose(self, index: int) -> str:
        """Commit a candidate: return its text and keep the rest typed; empty when there is no such candidate.

        Raises:
            InputTableUnusable: a table is missing or damaged.
        """
        if not 0 <= index < len(self.candidates):
            return ""
        candidate = self.candidates[index]
        # a rare character uses up all of its strokes, also when they were more than needed
        rest = self.typed[candidate.length :] if self.mode is Mode.PINYIN else ""
        self._set(rest)
        return candidate.text

    def clear(self) -> None:
        """Forget what is typed."""
        self.typed, self.candidates = "", ()

    def _set(self, typed: str) -> None:
        self.candidates = self._look_up(typed) if typed else ()
        self.typed = typed

    def _look_up(self, typed: str) -> tuple[Candidate, ...]:
        if self.mode is Mode.STROKES:
            return self._finder.by_strokes(typed)
        if self.mode is Mode.PARTS:
            return self._finder.by_parts(typed)
        return self._engine.candidates(typed)
