"""Is the example of a definition what it says: answers of the right shape, and complete."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from kiosk.domain.citizen_id import CitizenId, InvalidCitizenId
from kiosk.domain.fault import Fault, Place, did_you_mean, one_of
from kiosk.domain.form import Form
from kiosk.domain.form_values import is_skipped
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    CountyOptions,
    FilesQuestion,
    GroupQuestion,
    ListOptions,
    MoneyQuestion,
    NumberQuestion,
    Question,
)

if TYPE_CHECKING:
    from kiosk.domain.definition import ServiceDefinition

_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


def example_faults(definition: "ServiceDefinition") -> Iterator[Fault]:
    """Faults of the answers, and the first question that a resident of whom nothing is known finds unanswered."""
    if definition.example is None:
        return
    place: Place = ("example", "answers")
    steps = {step.id: step for step in definition.steps}
    answers = definition.example.answers
    faults = [
        fault
        for key, value in answers.items()
        if key in steps
        for fault in _value_faults(steps[key], value, (*place, key))
    ]
    yield from faults
    if faults or answers.keys() - steps.keys():
        return
    missing = Form(definition, lambda _: None, answers).next_place()
    if missing is not None:
        yield Fault(place, f"没有回答 {missing.key!r}", "请补上这一步的答案")


def _value_faults(step: AnyQuestion, value: JsonValue, place: Place) -> Iterator[Fault]:
    if not isinstance(step, Question):
        yield Fault(place, "这一步是算出来的，不用回答", "请去掉")
        return
    if is_skipped(value):
        if not step.is_optional:
            yield Fault(place, "这一步不能跳过", "请写一个答案")
        return
    if isinstance(step, ChoiceQuestion):
        yield from _choice_faults(step, value, place)
    elif isinstance(step, GroupQuestion):
        yield from _group_faults(step, value, place)
    elif isinstance(step, FilesQuestion):
        yield from _files_faults(step, value, place)
    else:
        is_right, example = _SHAPES[step.type]
        if not is_right(value):
            yield Fault(place, "答案的写法不对", f"例如 {example}")
        elif isinstance(step, NumberQuestion) and not step.minimum <= value <= step.maximum:
            yield Fault(place, f"{value} 出了范围", f"从 {step.minimum} 到 {step.maximum}")
        elif isinstance(step, MoneyQuestion) and not step.minimum_fen <= value <= step.maximum_fen:
            yield Fault(
                place, f"{value} 出了范围", f"从 {step.minimum_fen} 到 {step.maximum_fen} 分"
            )


def _choice_faults(step: ChoiceQuestion, value: JsonValue, place: Place) -> Iterator[Fault]:
    values = [option.value for option in step.options]
    if isinstance(value, str) and (
        value in values or isinstance(step.options_from, CountyOptions | ListOptions)
    ):
        return
    yield Fault(place, f"没有 {value!r} 这个选项", did_you_mean(value, values) or one_of(values))


def _group_faults(step: GroupQuestion, value: JsonValue, place: Place) -> Iterator[Fault]:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or value.get("is_done") is not True:
        yield Fault(place, "答案的写法不对", '例如 {"items": [{…}], "is_done": true}')
        return
    fields = {part.id: part for part in step.fields}
    for number, item in enumerate(items):
        for key, part in item.items() if isinstance(item, dict) else ():
            where = (*place, "items", number, key)
            if key in fields:
                yield from _value_faults(fields[key], part, where)
            else:
                yield Fault(where, f"没有 {key!r} 这一项", did_you_mean(key, fields))


def _files_faults(step: FilesQuestion, value: JsonValue, place: Place) -> Iterator[Fault]:
    photos = value.get("photos") if isinstance(value, dict) else None
    if not isinstance(photos, dict) or value.get("when") not in ("now", "later"):
        yield Fault(place, "答案的写法不对", '例如 {"when": "later", "photos": {}}')
        return
    papers = [document.id for document in step.documents]
    for key in photos:
        if key not in papers:
            yield Fault(
                (*place, "photos", key), f"没有 {key!r} 这份材料", did_you_mean(key, papers)
            )


def _is_words(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number_of_a_citizen(value: JsonValue) -> bool:
    try:
        return isinstance(value, str) and bool(CitizenId.parse(value, date.max))
    except InvalidCitizenId:
        return False


def _is_day(value: JsonValue) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _has(**types: type) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, dict)
        and all(isinstance(value.get(key), kind) for key, kind in types.items())
    )


def _is_pictures(value: JsonValue) -> bool:
    if isinstance(value, list):
        return all(_has(sha256=str, size=int)(one) for one in value) and bool(value)
    return bool(value == {"when": "later"})


_SHAPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "yes_no": (lambda value: isinstance(value, bool), "true"),
    "citizen_id": (_is_number_of_a_citizen, '"513022194803120647"，校验位要对'),
    "name": (_is_words, '"赵桂兰"'),
    "phone": (_matches(_PHONE), '"13808182026"'),
    "bank_card": (_has(bank=str, tail=str), '{"bank": "农村信用社", "tail": "3606"}'),
    "money": (_is_whole, "20000，单位是分"),
    "date": (_is_day, '"2026-11-25"'),
    "month": (_matches(_MONTH), '"2026-11"'),
    "year": (_is_whole, "2026"),
    "number": (_is_whole, "15"),
    "address": (
        _has(region_code=str, group=int, detail=str),
        '{"region_code": "513022104203", "group": 3, "detail": "12号"}',
    ),
    "text": (_is_words, '"梧溪县"'),
    "signature": (lambda value: isinstance(value, list), "[[[0, 0], [900, 400]]]"),
    "photo": (_is_pictures, '{"when": "later"}'),
}
"""By type of question: whether an answer has its shape, and one that has."""
