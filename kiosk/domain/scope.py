"""What a condition may ask for by name: the resident, their roster record, the day and the county.

One way to look things up serves hints, the prefill of forms and their branches. Names:

- ``person.age``, ``person.sex`` (``female`` or ``male``), ``person.birth_date``, ``person.certified_until``,
  ``person.days_certified`` (days until the certification ends, negative once it has), ``person.is_listed``,
  ``person.turns_60`` (that birthday), ``person.days_to_60`` and ``person.months_to_60`` (negative once
  reached) with any age up to 150
- ``record.…``: the path of ``ResidentRecord`` in JSON, such as ``record.bank.tail``
- ``today.date``, ``today.month`` (``YYYY-MM``), ``today.year``, ``today.month_of_year`` (1 to 12),
  ``today.in_90_days`` and ``today.ago_365_days`` with any number of days
- ``county.…``: what the county's table gives; ``site.region_code``: the kiosk's village

On a path a number takes an item of a list; a field takes that field of every item (``record.family.died_on``
is a list of dates, without those that are unknown); ``max``, ``min`` and ``count`` end a path on a list.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from kiosk.domain.citizen_id import Sex
from kiosk.domain.expressions import Lookup
from kiosk.domain.json_values import JsonValue, age_on
from kiosk.domain.resident_record import ResidentRecord

OLDEST = 150
"""Years of age up to which days and months can be asked for."""

REDUCTIONS: Mapping[str, Callable[[list[JsonValue]], JsonValue]] = {
    "max": lambda items: _extreme(max, items),
    "min": lambda items: _extreme(min, items),
    "count": len,
}
"""What may end a path on a list."""

PERSON_NAMES = frozenset(
    {"age", "sex", "birth_date", "birth_month", "certified_until", "days_certified", "is_listed"}
)
TODAY_NAMES = frozenset({"date", "month", "year", "month_of_year"})
TO_AGE = re.compile(r"(days_to|months_to|turns)_(\d{1,3})", re.ASCII)
SHIFTED = re.compile(r"(?:in|(ago))_(\d{1,5})_days", re.ASCII)


def person_scope(
    *,
    birth_date: date | None,
    sex: Sex | None,
    certified_until: date | None,
    record: ResidentRecord,
    today: date,
    county: Mapping[str, JsonValue],
    is_listed: bool = True,
    region_code: str = "",
) -> Lookup:
    """Make the lookup of one visit.

    Args:
        birth_date: None when nobody is identified; all that depends on it is then unknown.
        sex: by the citizen id, or None.
        certified_until: the pension certification's last valid day, or None.
        record: what the roster knows; ``NO_RECORD`` when it knows nothing.
        today: the day of the visit.
        county: plain JSON, such as ``County.facts()`` gives.
        is_listed: whether the roster has this person.
        region_code: the kiosk's own village, 12 digits.
    """
    in_json = record.model_dump(mode="json")
    told: dict[str, JsonValue] = {
        "sex": sex.value if sex else None,
        "certified_until": certified_until.isoformat() if certified_until else None,
        "days_certified": (certified_until - today).days if certified_until else None,
        "is_listed": is_listed,
    }

    def lookup(name: str) -> JsonValue:
        root, _, path = name.partition(".")
        if root == "record":
            return walk(in_json, path)
        if root == "county":
            return walk(county, path)
        if root == "today":
            return _of_day(path, today)
        if root == "person":
            return told[path] if path in told else _of_age(path, birth_date, today)
        return region_code or None if name == "site.region_code" else None

    return lookup


def values_scope(values: Mapping[str, JsonValue]) -> Lookup:
    """A lookup of plain values, such as the answers of a form; dotted names walk into them."""
    return lambda name: walk(values, name)


def layered(*lookups: Lookup) -> Lookup:
    """The first lookup that knows a name answers it; False, 0 and an empty list are answers, None is not."""

    def lookup(name: str) -> JsonValue:
        found = (one(name) for one in lookups)
        return next((value for value in found if value is not None), None)

    return lookup


def walk(value: JsonValue, path: str) -> JsonValue:
    """Follow a dotted path into JSON; None where it leads nowhere. An empty path is the value itself."""
    for step in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple):
            value = _within(list(value), step)
        else:
            return None
    return value


def _within(items: list[JsonValue], step: str) -> JsonValue:
    if step.isascii() and step.isdigit():
        return items[int(step)] if int(step) < len(items) else None
    if reduce := REDUCTIONS.get(step):
        return reduce(items)
    found = (item.get(step) for item in items if isinstance(item, Mapping))
    return [one for one in found if one is not None]


def _extreme(choose: Callable[[list[JsonValue]], JsonValue], items: list[JsonValue]) -> JsonValue:
    """The largest or smallest of texts or of whole numbers; None of nothing and of a mixture."""
    kinds = {type(item) for item in items}
    return choose(items) if kinds in ({str}, {int}) else None


def _of_day(name: str, today: date) -> JsonValue:
    if shift := SHIFTED.fullmatch(name):
        days = int(shift[2])
        return _shifted(today, -days if shift[1] else days)
    return {
        "date": today.isoformat(),
        "month": f"{today.year:04d}-{today.month:02d}",
        "year": today.year,
        "month_of_year": today.month,
    }.get(name)


def _shifted(day: date, days: int) -> str | None:
    try:
        return (day + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _of_age(name: str, born: date | None, today: date) -> JsonValue:
    if born is None:
        return None
    if wanted := TO_AGE.fullmatch(name):
        return _until_age(wanted[1], int(wanted[2]), born, today)
    return {
        "age": age_on(born, today),
        "birth_date": born.isoformat(),
        "birth_month": born.isoformat()[:7],
    }.get(name)


def _until_age(what: str, age: int, born: date, today: date) -> JsonValue:
    if age > OLDEST or born.year + age > date.max.year:
        return None
    if what == "months_to":
        return (born.year + age - today.year) * 12 + born.month - today.month
    day = birthday(born, age)
    return day.isoformat() if what == "turns" else (day - today).days


def birthday(born: date, age: int) -> date:
    """The day somebody becomes so old; 29 February gives 1 March in a common year, as ``age_on`` counts.

    Raises:
        ValueError: the day lies after the year 9999.
    """
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
