"""Days, months and years."""

import re
from datetime import date

from kiosk.domain.fields import words
from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.plain import short_text

_DAY = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})"
    r"|([0-9]{4})([-/.])([0-9]{1,2})\5([0-9]{1,2})"
    r"|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]?",
    re.ASCII,
)
_MONTH = re.compile(
    r"([0-9]{4})([0-9]{2})|([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月份?", re.ASCII
)
_YEAR = re.compile(r"([0-9]{4})年?", re.ASCII)


def check_date(text: str, earliest: date | None, latest: date | None) -> str:
    """Check a day: ``20260105``, ``2026-1-5``, ``2026年1月5日``.

    A year of two digits is refused: born in '25 can be a hundred years ago.

    Args:
        text: anything.
        earliest: the first day that is right, None for any.
        latest: the last one, None for any.
    Returns:
        ``2026-01-05``.
    Raises:
        FieldFault: not a date, a day that no calendar has, or outside the limits.
    """
    plain = short_text("date", text, "wrong_shape").replace(" ", "")
    match = _DAY.fullmatch(plain)
    if match is None:
        raise FieldFault("date", "wrong_shape")
    year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
    if not 1 <= month <= 12:
        raise FieldFault("date", "impossible_month")
    try:
        value = date(year, month, day)
    except ValueError:
        raise FieldFault("date", "impossible_day") from None
    if earliest is not None and value < earliest:
        raise FieldFault("date", "too_early", limit=words.day(earliest))
    if latest is not None and value > latest:
        raise FieldFault("date", "too_late", limit=words.day(latest))
    return value.isoformat()


def check_month(text: str, earliest: str | None, latest: str | None) -> str:
    """Check a month: ``202601``, ``2026-1``, ``2026年1月``.

    Args:
        text: anything.
        earliest: the first month that is right, ``YYYY-MM``; None for any.
        latest: the last one.
    Returns:
        ``2026-01``.
    Raises:
        FieldFault: not a month, or outside the limits.
    """
    plain = short_text("month", text, "wrong_shape").replace(" ", "")
    match = _MONTH.fullmatch(plain)
    if match is None:
        raise FieldFault("month", "wrong_shape")
    year, month = (int(part) for part in match.groups() if part)
    if not (1 <= month <= 12 and year):
        raise FieldFault("month", "impossible")
    value = f"{year:04d}-{month:02d}"
    if earliest is not None and value < earliest:
        raise FieldFault("month", "too_early", limit=words.month(earliest))
    if latest is not None and value > latest:
        raise FieldFault("month", "too_late", limit=words.month(latest))
    return value


def check_year(text: str, earliest: int, latest: int) -> int:
    """Check a year of four digits: ``2025``, ``2025年``.

    Raises:
        FieldFault: not a year, or outside the limits, which belong to the right ones.
    """
    match = _YEAR.fullmatch(short_text("year", text, "wrong_shape").replace(" ", ""))
    if match is None:
        raise FieldFault("year", "wrong_shape")
    value = int(match[1])
    if value < earliest:
        raise FieldFault("year", "too_early", limit=f"{earliest}年")
    if value > latest:
        raise FieldFault("year", "too_late", limit=f"{latest}年")
    return value
