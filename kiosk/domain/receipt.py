"""Receipt numbers: a device prefix, a counter and a check character; no date inside, so none ever expires."""

import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_SHAPE = re.compile(r"([A-Z0-9]{3})-([0-9]{6,9})-([A-Z0-9])", re.ASCII)

PREFIX_PATTERN = re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII)
"""Three characters, given by the centre to one device only."""


def check_character(body: str) -> str:
    """Compute the check character over letters and digits.

    Source: ISO/IEC 7064, hybrid system MOD 37,36: finds every single error and every transposition.
    """
    modulus = 36
    product = modulus
    for character in body:
        total = (product + _VALUES[character]) % modulus
        product = ((total or modulus) * 2) % (modulus + 1)
    return _ALPHABET[(modulus + 1 - product) % modulus]


def format_receipt_number(prefix: str, counter: int) -> str:
    """Make the number that is spoken, shown and printed, such as ``A07-000123-K``.

    Raises:
        ValueError: the prefix or counter is out of range.
    """
    if not PREFIX_PATTERN.fullmatch(prefix) or not 1 <= counter <= 999_999_999:
        raise ValueError("receipt prefix or counter out of range")
    digits = f"{counter:06d}"
    return f"{prefix}-{digits}-{check_character(prefix + digits)}"


def is_receipt_number(text: str) -> bool:
    """Whether the text has the form and the right check character."""
    match = _SHAPE.fullmatch(text)
    return match is not None and check_character(match[1] + match[2]) == match[3]
