"""Random digits to read aloud, and whether they were: a test that the voice is live, not that the person is clever.

Six digits drawn at random are one of a million (fewer, as trivial runs are left out), so a recording made before today
says other ones. A voice that is synthesised or cut together on the spot passes: it needs the other proofs.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

DIGITS = "0123456789"
SHORTEST = 6
LONGEST = 8
MISSES_FORGIVEN = 1
"""Digits of a challenge that may be missing or misheard."""
EXTRAS_FORGIVEN = 1
"""Digits that may be heard beyond the challenge: one begins again, or the recogniser hears a breath as a digit."""
_SMALLEST_SPREAD = 4
"""Different digits that a challenge must hold; 121212 sounds like a rhyme."""

Choose = Callable[[Sequence[str]], str]
"""Draws one of several; ``secrets.choice`` unless a test fixes it."""


@dataclass(frozen=True, slots=True)
class DigitChallenge:
    """What is to be read aloud, in this order."""

    digits: str

    def __post_init__(self) -> None:
        is_sized = SHORTEST <= len(self.digits) <= LONGEST
        if not is_sized or not set(self.digits) <= set(DIGITS):
            raise ValueError(f"a challenge has {SHORTEST} to {LONGEST} digits")


@dataclass(frozen=True, slots=True)
class DigitCheck:
    """How far what was heard agrees with a challenge."""

    in_order: int
    """Digits of the challenge that were heard in its order."""
    next_place: int
    """Place of the challenge's first digit that was not heard after the last one that was; its length at the end."""
    is_fresh: bool
    """Enough of them, and not too many others: the speaker saw this challenge."""


def draw_challenge(length: int, choose: Choose = secrets.choice) -> DigitChallenge:
    """Draw a challenge without trivial runs.

    Args:
        length: 6 to 8.
        choose: how to draw.
    """
    while is_trivial(digits := "".join(choose(DIGITS) for _ in range(length))):
        pass
    return DigitChallenge(digits)


def draw_phrases(
    count: int, length: int, choose: Choose = secrets.choice
) -> tuple[DigitChallenge, ...]:
    """Draw challenges for an enrolment, which together hold every digit, so that all its sounds are known.

    Args:
        count: at least 2.
        length: 6 to 8.
        choose: how to draw.
    """
    while True:
        phrases = tuple(draw_challenge(length, choose) for _ in range(count))
        if set("".join(phrase.digits for phrase in phrases)) == set(DIGITS):
            return phrases


def is_trivial(digits: str) -> bool:
    """Whether the digits are too easy to have been said by chance, or by a machine that counts.

    That is: the same one twice running, three that count up or down, a pair said twice running, or few different ones.
    """
    steps = [int(after) - int(before) for before, after in pairwise(digits)]
    counts = any(one == other and abs(one) == 1 for one, other in pairwise(steps))
    repeats = any(digits[at : at + 2] == digits[at + 2 : at + 4] for at in range(len(digits) - 3))
    return 0 in steps or counts or repeats or len(set(digits)) < _SMALLEST_SPREAD


def check_digits(challenge: DigitChallenge, heard: str) -> DigitCheck:
    """Compare what was heard with what was asked.

    Args:
        challenge: what was asked.
        heard: digits 0 to 9, as the recogniser gave them; 幺 is a 1 by now.
    """
    asked = challenge.digits
    in_order = _longest_common(asked, heard)
    reach = min(len(asked), len(heard) + MISSES_FORGIVEN)
    next_place = next(
        (at for at in range(reach) if _longest_common(asked[:at], heard) == in_order), reach
    )
    is_fresh = (
        in_order >= len(asked) - MISSES_FORGIVEN and len(heard) <= len(asked) + EXTRAS_FORGIVEN
    )
    return DigitCheck(in_order, next_place, is_fresh)


def _longest_common(one: str, other: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for letter in one:
        before = row
        row = [0]
        for place, heard in enumerate(other):
            row.append(before[place] + 1 if letter == heard else max(before[place + 1], row[place]))
    return row[-1]
