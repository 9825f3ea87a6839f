"""What pydantic found wrong with a file's shape, said to administrators in plain Chinese."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from kiosk.domain.definition_schema import keys_at
from kiosk.domain.fault import Fault, Place, did_you_mean, nearest, one_of

_QUOTED = re.compile(r"'([^']*)'")

_TYPES = {
    "string_type": "要写文字，放在双引号里",
    "int_type": "要写整数，不加引号",
    "int_from_float": "要写整数，不能有小数",
    "bool_type": "要写 true 或 false，不加引号",
    "tuple_type": "要写列表，放在方括号里",
    "list_type": "要写列表，放在方括号里",
    "dict_type": "要写对象，放在花括号里",
    "model_type": "要写对象，放在花括号里",
    "model_attributes_type": "要写对象，放在花括号里",
    "recursion_loop": "套得太深",
}

_PATTERNS = {
    r"^[a-z]+\.[a-z_]+$": "写成 类别.名字，例如 pension.claim，只用小写字母和下划线",
    r"^[a-z_]+$": "只用小写字母和下划线",
    r"^[a-z_]*$": "只用小写字母和下划线",
    r"^[a-z][a-z0-9_]*$": "只用小写字母、数字和下划线，字母开头",
    r"^[a-z0-9_.-]+$": "只用小写字母、数字、点、减号和下划线",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": "写成用点连起来的名字，例如 person.age",
    r"^record\.[a-z_.]+$": "写名册里的列表，例如 record.family",
}

_Say = Callable[[Mapping[str, Any], Any], tuple[str, str]]


def _too_long(context: Mapping[str, Any], value: Any) -> tuple[str, str]:  # noqa: ANN401 (any JSON)
    most = context["max_length"]
    return f"有 {len(value)} 个字，最多 {most} 个", f"请缩短 {len(value) - most} 个字"


def _pattern(context: Mapping[str, Any], value: Any) -> tuple[str, str]:  # noqa: ANN401 (any JSON)
    rule = _PATTERNS.get(context["pattern"], f"要合 {context['pattern']}")
    return f"{value!r} 的写法不对", rule


def _literal(context: Mapping[str, Any], value: Any) -> tuple[str, str]:  # noqa: ANN401 (any JSON)
    known = _QUOTED.findall(context["expected"])
    if not known:
        return f"不能写 {value!r}", f"要写 {context['expected']}"
    return f"不能写 {value!r}", did_you_mean(value, known) or one_of(known)


def _tag(context: Mapping[str, Any], value: Any) -> tuple[str, str]:  # noqa: ANN401 (any JSON)
    known = [word for word in _QUOTED.findall(context["expected_tags"]) if word != "literal"]
    if context["tag"] == "?":
        return "要写只有一个键的对象", one_of(known)
    # An operation that nobody knows, or a question of a type that there is none of.
    return f"没有 {context['tag']!r} 这一种", did_you_mean(context["tag"], known) or one_of(known)


_SAY: Mapping[str, _Say] = {
    "string_too_short": lambda context, _: (
        f"太短，至少 {context['min_length']} 个字",
        "请补上几个字",
    ),
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    "literal_error": _literal,
    "union_tag_invalid": _tag,
    "union_tag_not_found": lambda *_: ("没有写 'type'", "请写是哪一种问题，例如 'choice'"),
    "too_short": lambda context, _: (f"太少，至少 {context['min_length']} 个", "请加上"),
    "too_long": lambda context, _: (f"太多，最多 {context['max_length']} 个", "请去掉几个"),
    "greater_than_equal": lambda context, value: (f"{value} 太小", f"最小是 {context['ge']}"),
    "less_than_equal": lambda context, value: (f"{value} 太大", f"最大是 {context['le']}"),
}


def shape_faults(raw: object, error: ValidationError) -> list[Fault]:
    """Every fault of the shape, none twice.

    A misspelt key is one fault, not an unknown one and a missing one.
    """
    details = error.errors(include_url=False)
    meant: set[Place] = set()
    found: dict[Place, Fault] = {}
    for detail in sorted(details, key=lambda one: one["type"] == "missing"):
        place = place_in(raw, detail["loc"])
        if detail["type"] == "extra_forbidden":
            fault, near = _unknown_key(raw, place)
            if near:
                meant.add((*place[:-1], near))
        elif detail["type"] == "missing":
            if place in meant:
                continue
            fault = _missing(place, detail["loc"])
        else:
            words, suggestion = _words(detail)
            if detail["type"] == "union_tag_invalid" and "type" in _keys_in(raw, place):
                place = (*place, "type")
            fault = Fault(place, words, suggestion)
        before = found.setdefault(place, fault)
        if before is not fault and before.words != fault.words:
            # Several branches of a union complain of one value.
            found[place] = Fault(place, "这里的值不对", "要写文字、整数、true、false 或者一个式子")
    return list(found.values())


def _unknown_key(raw: object, place: Place) -> tuple[Fault, str]:
    key = str(place[-1])
    known = [one for one in keys_at(raw, place[:-1]) if one not in _keys_in(raw, place[:-1])]
    near = nearest(key, known)
    hint = f"是不是 {near!r}？" if near else "请去掉"
    return Fault(place, f"没有 {key!r} 这个键", hint), near


def _keys_in(raw: object, place: Place) -> Iterable[str]:
    node: Any = raw
    for step in place:
        node = node[step]
    return node.keys() if isinstance(node, dict) else ()


def _missing(place: Place, location: tuple[str | int, ...]) -> Fault:
    if isinstance(location[-1], int):
        return Fault(place, f"少了第 {location[-1] + 1} 项", "请补上")
    return Fault(place, f"少了 {location[-1]!r}", "请加上这个键")


def _words(detail: Any) -> tuple[str, str]:  # noqa: ANN401 (pydantic's ErrorDetails)
    kind = str(detail["type"])
    if say := _SAY.get(kind):
        return say(detail.get("ctx", {}), detail["input"])
    return _TYPES.get(kind, str(detail["msg"])), ""


def place_in(raw: Any, location: tuple[str | int, ...]) -> Place:  # noqa: ANN401 (any JSON)
    """Keep of pydantic's location what is a place of the file: it also names branches of unions."""
    place: list[str | int] = []
    node = raw
    for number, part in enumerate(location):
        is_last = number == len(location) - 1
        if (
            isinstance(node, dict)
            and not is_last
            and node.keys() == {part} == {location[number + 1]}
        ):
            # Of a condition or expression the branch is named first, and then its only key, by the same word.
            continue
        is_list_place = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if is_list_place or (isinstance(node, dict) and part in node):
            node = node[part]
        elif not (is_last and isinstance(part, str) and isinstance(node, dict)):
            # A missing key stays: its owner's place is known. Anything else is a branch of a union.
            continue
        place.append(part)
    return tuple(place)
