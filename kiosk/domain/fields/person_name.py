"""A Chinese person's name, with rare characters and the middle dot of minority names."""

import unicodedata

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.han import is_han
from kiosk.domain.fields.odd_characters import is_emoji, is_hidden, is_private

TYPE = "person_name"
SHORTEST, LONGEST = 2, 20
"""Chinese characters, without dots. The longest names of minorities in use have about 15."""
_LONGEST_ENTRY = 60
"""Characters with dots and forgiven spaces around; more is refused unread."""

MIDDLE_DOT = "\u00b7"
"""The dot of GB/T 13000 and of the population registers."""
_DOTS = dict.fromkeys(map(ord, ".\u2022\u2027\u2219\u22c5\u30fb\uff0e\uff65\ua78f"), MIDDLE_DOT)
"""What keyboards and other registers put for it. A full stop 。 is none of them: it ends a sentence."""


def check_person_name(text: str) -> str:
    """Check a name.

    Compatibility ideographs (豈 as U+F900) become the unified character that Unicode calls the same (NFC): the roster
    holds those, a person sees no difference, and refusing would turn away somebody whose input method gives them.
    Radicals and strokes are refused: they only look like a character.

    Args:
        text: anything; spaces around the name are forgiven, inside it they are not.
    Returns:
        2 to 20 Chinese characters, parts joined by U+00B7.
    Raises:
        FieldFault: says which kind of character does not belong into a name.
    """
    if len(text) > _LONGEST_ENTRY:
        raise FieldFault(TYPE, "too_long", limit=str(LONGEST))
    name = unicodedata.normalize("NFC", text.strip(" \u3000")).translate(_DOTS)
    if not name:
        raise FieldFault(TYPE, "empty")
    for character in name:
        if character != MIDDLE_DOT and not is_han(character):
            raise FieldFault(TYPE, _kind(character))
    parts = name.split(MIDDLE_DOT)
    if not all(parts):
        raise FieldFault(TYPE, "dots")
    length = sum(map(len, parts))
    if length < SHORTEST:
        raise FieldFault(TYPE, "too_short")
    if length > LONGEST:
        raise FieldFault(TYPE, "too_long", limit=str(LONGEST))
    return name


def _kind(character: str) -> str:
    """The code that says what a wrong character is."""
    if is_private(character):
        return "private_use"
    if is_emoji(character):
        return "emoji"
    if unicodedata.category(character) == "Zs":
        return "space"
    if is_hidden(character):
        return "hidden"
    if character.isnumeric():
        return "digits"
    return "letters" if character.isalpha() else "wrong_character"
