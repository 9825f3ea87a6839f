"""Which names a scope can ever answer: a misspelt name in a data file is found when it loads, not by a resident."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

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
