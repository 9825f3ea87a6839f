"""The published JSON Schema of definition files, and what it says about one place of a file."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.fault import Place

SCHEMA_ID = "https://xianglin.example/schema/service.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_COMPUTED = ("digest", "canonical")
_Schema: TypeAlias = Mapping[str, Any]


@cache
def service_schema() -> dict[str, Any]:
    """What editors check a definition with; the loader checks more, such as names."""
    schema = ServiceDefinition.model_json_schema(by_alias=True)
    for name in _COMPUTED:
        del schema["properties"][name]
    schema["properties"] = {
        "$schema": {"type": "string", "description": "Where this schema is, for editors."},
        **schema["properties"],
    }
    return {"$schema": DIALECT, "$id": SCHEMA_ID, **schema}


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(service_schema(), indent=1, ensure_ascii=False) + "\n"


def keys_at(raw: object, place: Place) -> tuple[str, ...]:
    """The keys that an object of a file may have; those of every kind when its kind is not known.

    Args:
        raw: the file's content.
        place: of the object.
    """
    shapes: list[_Schema] = [service_schema()]
    node = raw
    for step in place:
        shapes = [inner for shape in _fitting(shapes, node) for inner in _inside(shape, step)]
        node = _child(node, step)
    return tuple(dict.fromkeys(key for shape in _fitting(shapes, node) for key in _keys(shape)))


def _keys(shape: _Schema) -> Iterable[str]:
    properties: Mapping[str, Any] = shape.get("properties", {})
    return properties.keys()


def _child(node: object, step: str | int) -> object:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _fitting(shapes: Iterable[_Schema], node: object) -> list[_Schema]:
    """Those of all alternatives that the node seems to be; all of them when none is nearer than the others."""
    found = [one for shape in shapes for one in _alternatives(shape, node)]
    if not isinstance(node, dict):
        return found
    shared = [len(node.keys() & _keys(shape)) for shape in found]
    best = max(shared, default=0)
    return [shape for shape, count in zip(found, shared, strict=True) if count == best]


def _alternatives(shape: _Schema, node: object) -> Iterable[_Schema]:
    if "$ref" in shape:
        name = str(shape["$ref"]).rpartition("/")[2]
        yield from _alternatives(service_schema()["$defs"][name], node)
        return
    mapping = shape.get("discriminator", {}).get("mapping")
    if mapping and isinstance(node, dict) and node.get("type") in mapping:
        yield from _alternatives({"$ref": mapping[node["type"]]}, node)
        return
    choices = shape.get("oneOf", shape.get("anyOf"))
    if choices is None:
        yield shape
        return
    for choice in choices:
        yield from _alternatives(choice, node)


def _inside(shape: _Schema, step: str | int) -> Iterable[_Schema]:
    if isinstance(step, str):
        if step in shape.get("properties", {}):
            yield shape["properties"][step]
        return
    fixed = shape.get("prefixItems", ())
    if step < len(fixed):
        yield fixed[step]
    elif isinstance(shape.get("items"), Mapping):
        yield shape["items"]
