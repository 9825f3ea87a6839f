"""A telephone number: a mobile, or a landline with its area code."""

import re

from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import is_digits, short_text, without_separators

TYPE = "phone"
_BRACKETS = str.maketrans("", "", "()")
_COUNTRY = re.compile(r"(?:\+86|0086)", re.ASCII)
_WITHOUT_ZERO = re.compile(r"(?:10|[2-9][0-9])[0-9]{7,}", re.ASCII)
"""Behind the country code a landline's area is often written without its zero."""
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_LANDLINE = re.compile(
    r"(?P<area>010|02[0-9])(?P<number>[2-9][0-9]{7})"
    r"|(?P<area4>0[3-9][0-9]{2})(?P<number4>[2-9][0-9]{6,7})",
    re.ASCII,
)
"""Three-digit areas have numbers of eight digits. Source: 电信网编号计划 (MIIT, 2017)."""


def check_phone(text: str) -> str:
    """Check a telephone number; the country code, spaces, hyphens and brackets are forgiven.

    Returns:
        A mobile as 11 digits, a landline as ``010-12345678``.
    Raises:
        FieldFault: says what is wrong.
    """
    plain = without_separators(short_text(TYPE, text, "too_long").translate(_BRACKETS))
    if not plain:
        raise FieldFault(TYPE, "empty")
    national = _COUNTRY.sub("", plain, count=1) if _COUNTRY.match(plain) else plain
    if not national:
        raise FieldFault(TYPE, "too_short")
    if not is_digits(national):
        is_lettered = any(character.isalpha() for character in national)
        raise FieldFault(TYPE, "letters" if is_lettered else "wrong_character")
    if _MOBILE.fullmatch(national):
        return national
    if national != plain and _WITHOUT_ZERO.fullmatch(national):
        national = "0" + national
    if match := _LANDLINE.fullmatch(national):
        return f"{match['area'] or match['area4']}-{match['number'] or match['number4']}"
    raise FieldFault(TYPE, _what_is_wrong(national))


def _what_is_wrong(digits: str) -> str:
    if digits.startswith("0"):
        return "wrong_landline"
    if len(digits) in (7, 8) and digits[0] != "1":
        return "no_area_code"
    if len(digits) != 11:
        return "too_short" if len(digits) < 11 else "too_long"
    return "wrong_start"
