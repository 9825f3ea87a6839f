"""Which names a scope can ever answer: a misspelt name in a data file is found when it loads, not by a resident."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from kiosk.domain.citizen_id import Sex
from kiosk.domain.resident_record import ResidentRecord
from kiosk.domain.scope import OLDEST, PERSON_NAMES, REDUCTIONS, SHIFTED, TO_AGE, TODAY_NAMES

_Schema: TypeAlias = Mapping[str, Any]

ROOTS = ("person", "record", "today", "county", "site")
"""First words of the names that ``person_scope`` answers."""


def unknown_names(names: Iterable[str], county: Iterable[str] = ()) -> tuple[str, ...]:
    """The names that no visit can answer, sorted.

    Args:
        names: such as ``expressions.names`` gives.
        county: the county facts that exist, without ``county.``; deeper paths under them are let pass.
    """
    facts = frozenset(county)
    return tuple(sorted({name for name in names if not _is_answerable(name, facts)}))


def _is_answerable(name: str, county: frozenset[str]) -> bool:
    root, _, path = name.partition(".")
    match root:
        case "person":
            to_age = TO_AGE.fullmatch(path)
            return path in PERSON_NAMES or (to_age is not None and int(to_age[2]) <= OLDEST)
        case "today":
            return path in TODAY_NAMES or SHIFTED.fullmatch(path) is not None
        case "county":
            return path.partition(".")[0] in county
        case "record":
            return _leads_somewhere(_record_schema(), path.split("."))
        case "site":
            return path == "region_code"
    return False


@cache
def _record_schema() -> dict[str, Any]:
    return ResidentRecord.model_json_schema(mode="serialization")


def _leads_somewhere(schema: _Schema, steps: list[str]) -> bool:
    """Follow a path through the JSON schema as ``scope.walk`` follows it through a value."""
    found: _Schema | None = schema
    for step in steps:
        found = _step(found, step) if found else None
    return found is not None


def _step(schema: _Schema, step: str) -> _Schema | None:
    for shape in _shapes(schema):
        if step in shape.get("properties", {}):
            field: _Schema = shape["properties"][step]
            return field
        items: _Schema | None = shape.get("items")
        if items is not None:
            return _step_into_list(items, step)
    return None


def _step_into_list(items: _Schema, step: str) -> _Schema | None:
    if step in REDUCTIONS:
        return {"type": "integer"} if step == "count" else items
    if step.isdigit():
        return items
    # A field taken of every item makes a list again.
    fields = (shape.get("properties", {}).get(step) for shape in _shapes(items))
    field = next((one for one in fields if one is not None), None)
    return {"type": "array", "items": field} if field else None


def _shapes(schema: _Schema) -> Iterable[_Schema]:
    """The schema itself, or each choice of a union, with references followed."""
    for one in schema.get("anyOf", (schema,)):
        reference = one.get("$ref")
        yield _record_schema()["$defs"][reference.rpartition("/")[2]] if reference else one


def values_of(name: str) -> frozenset[str] | None:
    """The only values that a name can have, such as the kinds of ``record.pension.status``; None when it is free."""
    if name == "person.sex":
        return frozenset(sex.value for sex in Sex)
    root, _, path = name.partition(".")
    found: _Schema | None = _record_schema() if root == "record" else None
    for step in path.split("."):
        found = _step(found, step) if found else None
    values = {value for shape in _shapes(found or {}) for value in shape.get("enum", ())}
    return frozenset(values) or None


def fields_of(list_name: str) -> frozenset[str]:
    """The fields that each item of a list of the record has; none when the name is no list of objects."""
    found: _Schema | None = _record_schema()
    for step in list_name.partition(".")[2].split("."):
        found = _step(found, step) if found else None
    return frozenset(
        field
        for shape in _shapes(found or {})
        if shape.get("type") == "array"
        for item in _shapes(shape.get("items", {}))
        for field in item.get("properties", ())
    )


@cache
def all_names(county: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Names to choose from when one is misspelt; of the numbered ones an example each."""
    return (
        *(f"person.{name}" for name in sorted({*PERSON_NAMES, "days_to_60", "turns_60"})),
        *(f"today.{name}" for name in sorted({*TODAY_NAMES, "in_90_days", "ago_365_days"})),
        *(f"county.{name}" for name in sorted(county)),
        "site.region_code",
        *_paths(_record_schema(), "record"),
    )


def _paths(schema: _Schema, before: str) -> Iterable[str]:
    for shape in _shapes(schema):
        for name, field in shape.get("properties", {}).items():
            path = f"{before}.{name}"
            yield path
            for inner in _shapes(field):
                yield from _paths(inner.get("items", inner), path)
