"""The values that answers, records and tables hold, and how they compare; what is of another kind never raises."""

from datetime import date
from typing import Any, Literal, TypeAlias

Scalar: TypeAlias = str | int | bool | None
JsonValue: TypeAlias = Any
"""What JSON can hold, without floats: str, int, bool, None, lists and string-keyed dicts of them."""


def is_known(value: JsonValue) -> bool:
    """Whether there is a value: not None, not an empty text, list or object."""
    return value is not None and value not in ("", [], {}, ())


def add_months(month: str, count: int) -> str:
    """The month so many months after ``YYYY-MM``."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + count
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def age_on(born: date, day: date) -> int:
    """Whole years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are equal and of one type: True is 1 to Python, but a yes is no number."""
    return type(one) is type(other) and bool(one == other)


def ordered(one: JsonValue, other: JsonValue) -> Literal[-1, 0, 1] | None:
    """How two values of one comparable type stand to each other; None when they cannot be compared."""
    are_numbers = is_number(one) and is_number(other)
    are_times = (is_date(one) and is_date(other)) or (is_month(one) and is_month(other))
    if not (are_numbers or are_times):
        return None
    if one == other:
        return 0
    return -1 if one < other else 1


def is_number(value: JsonValue) -> bool:
    """Whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_date(value: JsonValue) -> bool:
    """Whether it is a day, ``YYYY-MM-DD``."""
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_month(value: JsonValue) -> bool:
    """Whether it is a month, ``YYYY-MM``."""
    return isinstance(value, str) and len(value) == 7 and is_date(f"{value}-01")


def is_items(value: JsonValue) -> bool:
    """Whether it is a list of objects."""
    return isinstance(value, list | tuple) and all(isinstance(item, dict) for item in value)


def total(values: list[JsonValue]) -> int | None:
    """The sum; None when one of them is no number."""
    return sum(values) if all(is_number(value) for value in values) else None
