"""Bringing what a keyboard, a keypad or a draft gives to plain characters, before any rule looks at it."""

import unicodedata

from kiosk.domain.fields.base import FieldFault

LONGEST_SHORT_TEXT = 64
"""Characters that a number, date or amount may have with every forgiven separator; more is refused unread."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
"""Full-width forms of ASCII and the two other spaces that input methods produce. These mean nothing else."""

_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")

_SEPARATORS = str.maketrans("", "", " -")


def fold(text: str) -> str:
    """Replace full-width letters, digits and signs, ideographic spaces and printed hyphens by ASCII; trim spaces."""
    return text.translate(_FULL_WIDTH).translate(_HYPHENS).strip(" ")


def short_text(field_type: str, text: str, too_long: str) -> str:
    """Fold a number-like entry.

    Args:
        field_type: for the fault.
        text: whatever was entered.
        too_long: the code of the fault when it cannot be anything sensible by its length alone.
    Raises:
        FieldFault: too long, empty, or with digits of another script: those are refused and never guessed,
            because a person and the centre may read them differently.
    """
    if len(text) > LONGEST_SHORT_TEXT:
        raise FieldFault(field_type, too_long)
    plain = fold(text)
    if not plain:
        raise FieldFault(field_type, "empty")
    if has_foreign_digits(plain):
        raise FieldFault(field_type, "foreign_digits")
    return plain


def has_foreign_digits(text: str) -> bool:
    """Whether a digit of another script, or a circled, raised or otherwise dressed one, is in it."""
    return any(
        not character.isascii() and (character.isdigit() or unicodedata.category(character) == "Nd")
        for character in text
    )


def without_separators(text: str) -> str:
    """Drop the spaces and hyphens that people put between groups of digits."""
    return text.translate(_SEPARATORS)


def is_digits(text: str) -> bool:
    """Whether there is at least one character and all are 0 to 9."""
    return text.isascii() and text.isdigit()
