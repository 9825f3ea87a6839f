"""Parts typed letters into syllables and beginnings of syllables. Pure."""

import re
from dataclasses import dataclass

MOST_LETTERS = 48
"""Letters that are looked at; a longer input waits until its beginning is committed."""
MOST_WAYS = 3
"""Ways of parting that are kept: xian is xian and xi an, a fourth way has never been meant."""
LONGEST_SYLLABLE = 6

_TYPED = re.compile(f"[a-zA-Z']{{0,{MOST_LETTERS}}}")
_INITIALS = frozenset([*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh"])
_AS_TYPED = re.compile(r"(?<=[jqxy])v|(?<=[ln])u(?=e)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A syllable, or its beginning."""

    letters: str
    end: int
    """How many typed characters are used up after it."""
    is_whole: bool
    """Whether it is a syllable; an initial or a half-typed last syllable is not."""

    @property
    def pattern(self) -> str:
        """A GLOB pattern of the syllables that it stands for."""
        return self.letters if self.is_whole and len(self.letters) > 1 else f"{self.letters}*"


Parting = tuple[Piece, ...]


def typed_letters(typed: str) -> str:
    """Return the leading letters and apostrophes, in lower case; what follows anything else is not looked at."""
    match = _TYPED.match(typed)
    return match[0].lower() if match else ""


def partings(typed: str, syllables: frozenset[str]) -> list[Parting]:
    """Return the likeliest ways to part letters, best first: few beginnings, then few pieces.

    Args:
        typed: the result of ``typed_letters``.
        syllables: every syllable there is.
    Returns:
        partings of the longest leading run that can be parted at all; nothing when not even one letter can.
    """
    beginnings = frozenset(s[:length] for s in syllables for length in range(1, len(s)))
    ways: dict[int, list[Parting]] = {0: [()]}
    reached = 0
    for start in range(len(typed)):
        if start not in ways:
            continue
        if typed[start] == "'":
            _keep(ways, start + 1, ways[start])
            continue
        reached = _extend(ways, typed, start, reached, syllables, beginnings)
    return [way for way in ways[reached] if way]


def _extend(
    ways: dict[int, list[Parting]],
    typed: str,
    start: int,
    reached: int,
    syllables: frozenset[str],
    beginnings: frozenset[str],
) -> int:
    for end in range(start + 1, min(start + LONGEST_SYLLABLE, len(typed)) + 1):
        letters = typed[start:end]
        if letters.endswith("'"):
            break
        spelled = _AS_TYPED.sub(lambda match: "u" if match[0] == "v" else "v", letters)
        is_whole = spelled in syllables
        is_last = end == len(typed) or typed[end] == "'"
        if is_whole or letters in _INITIALS or (is_last and spelled in beginnings):
            after = end + 1 if typed[end : end + 1] == "'" else end
            piece = Piece(spelled, after, is_whole)
            _keep(ways, after, [(*way, piece) for way in ways[start]])
            reached = max(reached, after)
    return reached


def _keep(ways: dict[int, list[Parting]], end: int, more: list[Parting]) -> None:
    kept = [*ways.get(end, []), *more]
    ways[end] = sorted(dict.fromkeys(kept), key=parting_cost)[:MOST_WAYS]


def parting_cost(parting: Parting) -> tuple[int, int]:
    """Return how far a parting is from whole syllables, and how many pieces it has."""
    return sum(not piece.is_whole for piece in parting), len(parting)
