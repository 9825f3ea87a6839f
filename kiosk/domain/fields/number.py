"""A whole number: how many years, how many people."""

import re

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import is_digits, short_text

TYPE = "number"
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+", re.ASCII)
_DECIMAL = re.compile(r"[0-9]+[.][0-9]+", re.ASCII)


def check_number(text: str, minimum: int, maximum: int) -> int:
    """Check a whole number in decimal digits; ``0x10``, ``1e9`` and ``1_000`` are none.

    Args:
        text: anything.
        minimum: smallest that is right; a sign is read only when it is below 0.
        maximum: largest that is right.
    Raises:
        FieldFault: not a whole number, or outside the limits.
    """
    plain = short_text(TYPE, text, "not_a_number").replace(" ", "")
    sign = 1
    if plain.startswith(("-", "负")):
        if minimum >= 0:
            raise FieldFault(TYPE, "negative")
        sign, plain = -1, plain[1:]
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if _DECIMAL.fullmatch(plain):
        raise FieldFault(TYPE, "not_whole")
    if not is_digits(plain):
        raise FieldFault(TYPE, "not_a_number")
    value = sign * int(plain)
    if value < minimum:
        raise FieldFault(TYPE, "too_small", limit=str(minimum))
    if value > maximum:
        raise FieldFault(TYPE, "too_large", limit=str(maximum))
    return value
