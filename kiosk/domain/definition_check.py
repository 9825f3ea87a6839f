"""What a definition's shape cannot say: names that exist and come earlier, options that are there, no doubles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kiosk.domain.definition_names import Names
from kiosk.domain.fault import Fault, Place, did_you_mean, one_of
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    CitizenIdQuestion,
    ComputedValue,
    CountyOptions,
    FilesQuestion,
    GroupQuestion,
    ListItems,
    ListOptions,
    PhotoQuestion,
    Question,
)
from kiosk.domain.scope_names import ROOTS, fields_of

if TYPE_CHECKING:
    from kiosk.domain.definition import ServiceDefinition

COUNTY_TABLES = frozenset(
    (
        "hospitals",
        "diseases",
        "tiers",
        "banks",
        "collection_points",
        "medical_tiers",
        "proof_purposes",
    )
)

DIALECTS = frozenset(
    (
        "dongbei", "beijing", "jilu", "jiaoliao", "zhongyuan", "lanyin", "jianghuai", "xinan", "jin",
        "wu", "hui", "gan", "xiang", "minnan", "min", "kejia", "hakka", "yue", "pinghua",
    )
)  # fmt: skip
"""Groups of dialects that sayings can be given for, besides locales such as ``zh-CN``."""

TAKEN = frozenset((*ROOTS, "item", "picked"))
"""First words that mean something else than a step."""

_LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_SLOT = re.compile(r"\{([^}]*)\}")


def logical_faults(definition: "ServiceDefinition") -> Iterator[Fault]:
    """Every fault that needs more than one place of the file to see."""
    names = Names(definition)
    for number, step in enumerate(definition.steps):
        place: Place = ("steps", number)
        yield from _id_faults(step, place, names)
        yield from _step_faults(step, place, names)
        names.add(step)
    before = Names(definition)
    for number, requirement in enumerate(definition.requires):
        place = ("requires", number)
        yield from before.faults(requirement.when, (*place, "when"))
        for at, name in enumerate(requirement.needs):
            yield from before.name_faults(name, (*place, "needs", at))
        for key in ("title", "sentence"):
            for slot in _SLOT.findall(getattr(requirement, key)):
                yield from before.name_faults(slot.replace("_", ".", 1), (*place, key))
    yield from _whole_faults(definition)


def _id_faults(step: AnyQuestion, place: Place, names: Names) -> Iterator[Fault]:
    if step.id in names:
        yield Fault((*place, "id"), f"{step.id!r} 写了两遍", "请换一个 id")
    if step.id in TAKEN:
        yield Fault((*place, "id"), f"{step.id!r} 另有用处", "请换一个 id")


def _whole_faults(definition: "ServiceDefinition") -> Iterator[Fault]:
    steps = {step.id: step for step in definition.steps}
    owner = definition.on_behalf_of
    if owner is not None and not isinstance(steps.get(owner), CitizenIdQuestion):
        ids = [step.id for step in definition.steps if isinstance(step, CitizenIdQuestion)]
        yield Fault(
            ("on_behalf_of",),
            f"没有叫 {owner!r} 的身份证号问题",
            did_you_mean(owner, ids) or (one_of(ids) if ids else "请去掉"),
        )
    if definition.offline == "accepted" and definition.answer:
        yield Fault(("answer",), "受理的业务没有当场的答复", "请去掉，或者把 offline 改成 'roster'")
    if definition.offline != "accepted" and not definition.answer:
        yield Fault(("answer",), "当场答复的业务要写答复什么", "例如 'payments'")
    for number, paper in enumerate(definition.prints):
        if paper not in ("receipt", "answer", definition.answer):
            yield Fault(("prints", number), f"没有 {paper!r} 可以打印", "要和 answer 一样")
    if definition.assurance == 0 and definition.required_factors:
        yield Fault(("required_factors",), "不用核实身份的业务不能要凭证", "请写 0")
    if definition.example is not None:
        for key in sorted(definition.example.answers.keys() - steps.keys()):
            place: Place = ("example", "answers", key)
            hint = did_you_mean(key, steps) or one_of(steps)
            yield Fault(place, f"没有 {key!r} 这一步", hint, is_of_value=False)
    yield from _saying_faults(definition.sayings)


def _saying_faults(sayings: dict[str, tuple[str, ...]]) -> Iterator[Fault]:
    for group, ways in sayings.items():
        if group not in DIALECTS and not _LOCALE.fullmatch(group):
            hint = did_you_mean(group, (*DIALECTS, "zh-CN")) or one_of(sorted(DIALECTS))
            yield Fault(("sayings", group), f"没有 {group!r} 这种话", hint)
        counts = Counter(ways)
        for number, way in enumerate(ways):
            if not way.strip():
                yield Fault(("sayings", group, number), "是空的", "请去掉")
            elif counts[way] > 1 and ways.index(way) != number:
                yield Fault(("sayings", group, number), f"{way!r} 写了两遍", "请去掉一个")


def _step_faults(step: AnyQuestion, place: Place, names: Names) -> Iterator[Fault]:
    for key in ("when", "prefill", "default", "old_value", "earliest", "latest", "value"):
        node = getattr(step, key, None)
        if node is not None:
            yield from names.faults(node, (*place, key))
    if isinstance(step, ComputedValue):
        if step.shown_as != "text" and not step.label:
            yield Fault((*place, "label"), "读回来要有名称", "请写 label")
        return
    yield from _text_faults(step, place)
    yield from names.value_faults(step, place)
    yield from _limit_faults(step, place)
    if step.is_optional and step.default is not None:
        yield Fault((*place, "default"), "可以跳过的问题有了默认值就不会问", "两样去掉一样")
    yield from _own_faults(step, place, names)


def _own_faults(step: Question, place: Place, names: Names) -> Iterator[Fault]:
    if isinstance(step, ChoiceQuestion):
        yield from _choice_faults(step, place, names)
    if isinstance(step, GroupQuestion):
        yield from _group_faults(step, place, names)
    if isinstance(step, FilesQuestion):
        yield from _doubles([one.id for one in step.documents], (*place, "documents"), "id")
        for number, document in enumerate(step.documents):
            if document.when is not None:
                yield from names.faults(document.when, (*place, "documents", number, "when"))


def _text_faults(step: Question, place: Place) -> Iterator[Fault]:
    for key in ("title", "sentence"):
        if "{" in getattr(step, key) or "}" in getattr(step, key):
            yield Fault((*place, key), "问题里不能有花括号", "请写成平常的话")


def _limit_faults(step: Question, place: Place) -> Iterator[Fault]:
    for low, high in (("minimum", "maximum"), ("minimum_fen", "maximum_fen")):
        least, most = getattr(step, low, None), getattr(step, high, None)
        if least is not None and most is not None and least > most:
            yield Fault((*place, low), f"{least} 比 {high} 的 {most} 还大", "请换过来")
    if isinstance(step, FilesQuestion | PhotoQuestion) and step.default not in (None, "later"):
        yield Fault(
            (*place, "default"), "照片和材料的默认值只能是 'later'", "请写 'later' 或者去掉"
        )


def _group_faults(step: GroupQuestion, place: Place, names: Names) -> Iterator[Fault]:
    inner = names.copy()
    for number, part in enumerate(step.fields):
        field_place = (*place, "fields", number)
        if any(part.id == one.id for one in step.fields[:number]):
            yield Fault((*field_place, "id"), f"{part.id!r} 写了两遍", "请换一个 id")
        yield from _step_faults(part, field_place, inner)
        inner.add(part)
    if step.items_from is not None:
        yield from _list_faults(step.items_from, (*place, "items_from"), names)
        known = fields_of(step.items_from.list)
        for number, part in enumerate(step.fields):
            if known and part.id not in known and part.when is None and not part.is_optional:
                yield Fault(
                    (*place, "fields", number, "id"),
                    f"{step.items_from.list} 里没有 {part.id!r}，一个也填不上",
                    did_you_mean(part.id, known) or one_of(sorted(known)),
                )


def _choice_faults(step: ChoiceQuestion, place: Place, names: Names) -> Iterator[Fault]:
    yield from _doubles([option.value for option in step.options], (*place, "options"), "value")
    for number, option in enumerate(step.options):
        if option.when is not None:
            yield from names.faults(option.when, (*place, "options", number, "when"))
    source = step.options_from
    if not step.options and source is None:
        yield Fault(place, "选择题没有选项", "请写 options 或 options_from")
    elif not any(option.when is None for option in step.options) and not isinstance(
        source, CountyOptions
    ):
        yield Fault((*place, "options"), "有人会一个选项也没有", "至少一个选项不带 when")
    if isinstance(source, CountyOptions) and source.county not in COUNTY_TABLES:
        hint = did_you_mean(source.county, COUNTY_TABLES) or one_of(sorted(COUNTY_TABLES))
        yield Fault((*place, "options_from", "county"), f"县里没有 {source.county!r} 这张表", hint)
    if isinstance(source, ListOptions):
        yield from _list_faults(source, (*place, "options_from"), names)


def _list_faults(source: ListItems, place: Place, names: Names) -> Iterator[Fault]:
    fields = fields_of(source.list)
    if not fields:
        yield from names.name_faults(source.list, (*place, "list"))
        return
    if isinstance(source, ListOptions):
        slots = [(slot.partition(":")[0], "title") for slot in _SLOT.findall(source.title)]
        for field, key in [(source.value, "value"), *slots]:
            if field not in fields:
                hint = did_you_mean(field, fields) or one_of(sorted(fields))
                yield Fault((*place, key), f"{source.list} 里没有 {field!r}", hint)
    if source.when is not None:
        yield from names.faults(source.when, (*place, "when"), item=fields)


def _doubles(values: Iterable[str], place: Place, key: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, value in enumerate(values):
        if value in seen:
            yield Fault((*place, number, key), f"{value!r} 写了两遍", "请换一个")
        seen.add(value)


__all__ = ["COUNTY_TABLES", "DIALECTS", "logical_faults"]
