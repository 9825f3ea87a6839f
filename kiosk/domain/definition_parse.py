"""From the text of a file to a checked definition, or to every fault of the file at once."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from kiosk.domain.definition import CatalogueError, ServiceDefinition
from kiosk.domain.definition_check import logical_faults
from kiosk.domain.definition_example import example_faults
from kiosk.domain.definition_mend import mended, not_of_the_mending
from kiosk.domain.definition_words import shape_faults
from kiosk.domain.fault import Fault, Place

COMPUTED = ("digest", "canonical")
"""Fields of a definition that no file may write."""


def parse_definition(text: str, source: str) -> ServiceDefinition:
    """Check one definition.

    Args:
        text: JSON.
        source: the file's name, for messages.
    Raises:
        CatalogueError: every fault of the file at once.
    """
    try:
        raw, faults = _read(text)
        definition = _validated(raw, faults) if raw is not None or not faults else None
        if definition is not None:
            faults += [*logical_faults(definition), *example_faults(definition)]
        elif isinstance(raw, dict):
            faults += _behind_the_shape(raw, faults)
    except RecursionError:
        raw, definition, faults = None, None, [Fault((), "套得太深", "请写得简单些")]
    if faults or definition is None:
        raise CatalogueError.of(source, faults)
    canonical = _canonical(raw)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return definition.model_copy(update={"digest": digest, "canonical": canonical})


def _read(text: str) -> tuple[Any, list[Fault]]:
    marks: list[object] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(found)
        if len(content) < len(found):
            content = _Repeated(content)
            content.keys_twice = {key for n, (key, _) in enumerate(found) if key in dict(found[:n])}
            marks.append(content)
        return content

    def fraction(written: str) -> float:
        marks.append(written)
        return float(written)

    try:
        raw = json.loads(
            text, object_pairs_hook=pairs, parse_float=fraction, parse_constant=fraction
        )
        text.encode()
    except json.JSONDecodeError as error:
        fault = Fault(
            (),
            f"不是 JSON（{error.msg}）",
            "看一看这一行和上一行的逗号、引号、括号",
            line=error.lineno,
        )
        return None, [fault]
    except UnicodeEncodeError:
        return None, [Fault((), "有不成字的编码", "请另存为 UTF-8")]
    faults = list(_literal_faults(raw, ())) if marks else []
    if isinstance(raw, dict):
        raw.pop("$schema", None)
        faults += [
            Fault((key,), "是程序算出来的", "请去掉")
            for key in COMPUTED
            if raw.pop(key, None) is not None
        ]
    return raw, faults


class _Repeated(dict[str, Any]):
    """An object that names a key twice: JSON would silently take the last."""

    keys_twice: set[str]


def _literal_faults(node: object, place: Place) -> Iterator[Fault]:
    if isinstance(node, _Repeated):
        for key in sorted(node.keys_twice):
            yield Fault((*place, key), f"{key!r} 写了两遍", "请去掉一个")
    if isinstance(node, float):
        yield Fault(place, "不能有小数", "请写整数；钱以分为单位")
    children = node.items() if isinstance(node, dict) else ()
    if isinstance(node, list):
        children = enumerate(node)  # type: ignore[assignment]  # a key or a number, both are places
    for key, child in children:
        yield from _literal_faults(child, (*place, key))


def _validated(raw: object, faults: list[Fault]) -> ServiceDefinition | None:
    try:
        # Strict, from JSON: a number in quotes is a typing mistake, a list is a tuple.
        return ServiceDefinition.model_validate_json(_canonical(raw), strict=True)
    except ValidationError as error:
        known = {fault.place for fault in faults}
        faults += [fault for fault in shape_faults(raw, error) if fault.place not in known]
        return None
    except UnicodeEncodeError:
        faults.append(Fault((), "有不成字的编码", "请去掉 \\ud800 这样的半个字"))
        return None


def _behind_the_shape(raw: dict[str, Any], found: list[Fault]) -> list[Fault]:
    """What else is wrong in a file that has no right shape."""
    definition, touched = mended(raw)
    if definition is None:
        return []
    more = [*logical_faults(definition), *example_faults(definition)]
    known = {fault.place for fault in found}
    return [one for one in not_of_the_mending(more, touched) if one.place not in known]


def _canonical(raw: object) -> str:
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
