"""One line of free text, such as the name of a hospital."""

import unicodedata

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.han import is_han
from kiosk.domain.fields.odd_characters import is_emoji, is_hidden, is_private

TYPE = "text"
_SLACK = 20
"""Spaces around a text that are still forgiven when it has the longest length."""

_FULL_WIDTH_ALPHANUMERICS = {
    code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()
} | {0x3000: 0x20, 0xA0: 0x20}
"""Digits and letters only: full-width commas and brackets are how Chinese is written."""

_MARKUP = frozenset("<>")
"""A label that guesses whether it shows rich text shall never find any."""


def check_text(text: str, maximum: int) -> str:
    """Check a line of text.

    Args:
        text: anything.
        maximum: characters, after trimming and NFC.
    Returns:
        The text, trimmed, in NFC, with full-width digits and letters as ASCII.
    Raises:
        FieldFault: says which kind of character does not belong there.
    """
    if len(text) > maximum + _SLACK:
        raise FieldFault(TYPE, "too_long", limit=str(maximum))
    line = unicodedata.normalize("NFC", text.translate(_FULL_WIDTH_ALPHANUMERICS)).strip(" ")
    if not line:
        raise FieldFault(TYPE, "empty")
    for character in line:
        if not is_han(character) and (fault := _fault(character)):
            raise FieldFault(TYPE, fault)
    if len(line) > maximum:
        raise FieldFault(TYPE, "too_long", limit=str(maximum))
    return line


def _fault(character: str) -> str | None:
    """The code that says what is wrong with a character, None when nothing is."""
    if character in "\r\n\v\f\x85\u2028\u2029":
        return "line_break"
    if is_private(character):
        return "private_use"
    if is_emoji(character):
        return "emoji"
    if is_hidden(character):
        return "hidden"
    category = unicodedata.category(character)
    if category[0] == "N" and not character.isascii():
        return "foreign_digits"
    is_space = category == "Zs" and character != " "
    is_sign = category in ("So", "Sk") or character in _MARKUP
    return "symbols" if is_space or is_sign else None
