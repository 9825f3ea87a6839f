"""Characters that no entry may hold: those that hide, reorder or draw."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp", "Mn", "Me", "Mc"})
"""Controls, formats (bidirectional overrides, zero width), surrogates, unassigned, separators and combining marks."""

_PICTURES = (
    (0x2190, 0x24FF),  # arrows, technical and enclosed signs
    (0x2600, 0x27BF),  # miscellaneous symbols, dingbats
    (0x2B00, 0x2BFF),  # more arrows and stars
    (0x1F000, 0x1FBFF),
)


def is_hidden(character: str) -> bool:
    """Whether a character cannot be seen by itself, or changes how its neighbours look.

    Combining marks count: after NFC only heaps of them and scripts that the kiosk's keyboards do not write need them.
    Ask about Chinese characters first: the newest ones are unassigned to an older Python.
    """
    return (
        unicodedata.category(character) in _HIDDEN or character == "\u2800" or character == "\u3164"
    )


def is_private(character: str) -> bool:
    """Whether a character means something only inside one vendor's system; rare names were once stored so."""
    return unicodedata.category(character) == "Co"


def is_emoji(character: str) -> bool:
    """Whether a character is a picture."""
    point = ord(character)
    return any(first <= point <= last for first, last in _PICTURES) and unicodedata.category(
        character
    ) in ("So", "Sk", "Sm", "Cn")
