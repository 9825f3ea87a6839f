"""One thing that is wrong in a definition file: where, what, and what was probably meant."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""Where in a file: keys and list numbers from the outside in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Said to the administrator who wrote the file, in plain Chinese."""

    place: Place
    words: str
    """What is wrong."""
    suggestion: str = ""
    """What to do."""
    is_of_value: bool = True
    """Whether the value itself is wrong; False where there is nothing that it could be a value of."""
    line: int = 0
    """From 1, where the place does not tell: a text that is no JSON at all."""

    def __str__(self) -> str:
        where = ".".join(map(str, self.place)) or "整个文件"
        return f"{where}: {self.words}" + (f"；{self.suggestion}" if self.suggestion else "")


def did_you_mean(written: object, known: Iterable[str]) -> str:
    """The known word that was probably meant, as a question; "" when none is near."""
    near = nearest(written, known)
    return f"是不是 {near!r}？" if near else ""


def nearest(written: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word that is most like the written one; "" when none is near."""
    found = difflib.get_close_matches(str(written), sorted(set(known)), 1, cutoff)
    return found[0] if found else ""


def one_of(known: Iterable[str], most: int = 12) -> str:
    """Name the words that can be written, as far as they fit a line."""
    words = list(known)
    return "可以写：" + "、".join(words[:most]) + ("……" if len(words) > most else "")
