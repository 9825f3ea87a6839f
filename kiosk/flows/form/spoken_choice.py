"""Which option somebody meant: by its title, by its place, by a part that only one of them has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from accessibility.spoken_numbers import (
    NUMERALS,
    plain_speech,
    spoken_integer,
    without_fillers,
)


@dataclass(frozen=True, slots=True)
class SpokenOption:
    """What a page offers."""

    value: str
    title: str
    sayings: tuple[str, ...] = ()
    """Other ways to say it."""


_NOT = re.compile(r"[不别没莫]")
_LAST = re.compile(r"最后(?:面)?(?:那|一|1)?(?:个|项|条|种|样)")
_ORDINAL = re.compile(r"第([0-9]{1,2})(?:个|项|条|种|样|行)?(?:选项)?")
_RUN = re.compile(rf"[{NUMERALS}]+")
_NUMBER = re.compile(r"[0-9]+")
SHORTEST_PART = 2
"""Characters of a part of a title that count: one character is in too many words."""


def pick(words: str, options: Sequence[SpokenOption]) -> str | None:
    """Find the one option that an utterance means.

    Args:
        words: without pauses.
        options: as the page shows them; none has to be different from the others.
    Returns:
        the option's value, None when none or several fit.
    """
    said = _normal(words)
    short = _normal(without_fillers(words))
    names = [
        (option.value, [_normal(plain_speech(name)) for name in (option.title, *option.sayings)])
        for option in options
    ]
    for fits in (_is_whole, _is_within, _is_part):
        found = {value for value, ways in names if any(fits(way, said, short) for way in ways)}
        if found:
            return _only(found, said, names)
        if (at := _place(short, len(options))) is not None:
            return options[at].value
    return _by_number(short, names)


def _normal(words: str) -> str:
    """Numbers as digits, 块 as 元: 两百块 and 200元 are the same."""

    def digits(match: re.Match[str]) -> str:
        number = spoken_integer(match[0])
        return match[0] if number is None else str(number)

    return _RUN.sub(digits, words.replace("块钱", "元").replace("块", "元"))


def _is_whole(name: str, said: str, short: str) -> bool:
    return name in (said, short)


def _is_within(name: str, said: str, _short: str) -> bool:
    return bool(name) and name in said and not _is_denied(said, name)


def _is_part(name: str, _said: str, short: str) -> bool:
    return len(short) >= SHORTEST_PART and short in name


def _is_denied(said: str, name: str) -> bool:
    """Whether a no stands somewhere outside the name: 不要这个."""
    return bool(_NOT.search(said.replace(name, "")))


def _only(found: set[str], said: str, names: list[tuple[str, list[str]]]) -> str | None:
    """The one that was found, or the one whose name holds all other names that were found."""
    if len(found) == 1:
        return found.pop()
    contained = [
        (way, value)
        for value, ways in names
        if value in found
        for way in ways
        if way and way in said
    ]
    if not contained:
        return None
    longest, value = max(contained, key=lambda pair: len(pair[0]))
    is_clear = all(way in longest for way, other in contained if other != value)
    return value if is_clear and len({v for w, v in contained if w == longest}) == 1 else None


def _place(words: str, count: int) -> int | None:
    """The place that was said, from 0: 第二个, 最后一个."""
    if _LAST.fullmatch(words):
        return count - 1 if count else None
    match = _ORDINAL.fullmatch(words)
    number = int(match[1]) if match else 0
    return number - 1 if 1 <= number <= count else None


def _by_number(words: str, names: list[tuple[str, list[str]]]) -> str | None:
    """The option that alone has the one number that was said."""
    numbers = _NUMBER.findall(words)
    if len(numbers) != 1 or _NOT.search(words):
        return None
    found = {
        value for value, ways in names if any(numbers[0] in _NUMBER.findall(way) for way in ways)
    }
    return found.pop() if len(found) == 1 else None
