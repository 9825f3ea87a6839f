"""The names that stand at one point of a definition, and the values that they can have."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kiosk.domain.county import FACTS
from kiosk.domain.expression_places import Node, compared, names_in, results
from kiosk.domain.fault import Fault, Place, did_you_mean, nearest, one_of
from kiosk.domain.json_values import Scalar
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    CountyOptions,
    GroupQuestion,
    ListOptions,
    MoneyQuestion,
    NumberQuestion,
    Question,
    YearQuestion,
    YesNoQuestion,
)
from kiosk.domain.scope_names import all_names, fields_of, unknown_names, values_of

if TYPE_CHECKING:
    from kiosk.domain.definition import ServiceDefinition

_TYPO = 0.7
"""How alike a literal must be to a known value to be taken for a typing mistake, where others are possible too."""


class Names:
    """Earlier steps by id, and what the kiosk itself knows."""

    def __init__(
        self, definition: "ServiceDefinition", earlier: Iterable[AnyQuestion] = ()
    ) -> None:
        self._definition = definition
        self._earlier = {step.id: step for step in earlier}

    def __contains__(self, step_id: str) -> bool:
        return step_id in self._earlier

    def add(self, step: AnyQuestion) -> None:
        """From here on the step's answer can be asked for."""
        self._earlier[step.id] = step

    def copy(self) -> "Names":
        """The same names, to which the fields of a group are added."""
        return Names(self._definition, self._earlier.values())

    def faults(self, node: Node, place: Place, item: Iterable[str] = ()) -> Iterator[Fault]:
        """Names that nothing has here, and comparisons that can never hold.

        Args:
            item: the fields that ``item.…`` has here.
        """
        for where, name in names_in(node, place):
            yield from self.name_faults(name, where, frozenset(item))
        for where, name, value in compared(node, place):
            yield from self._comparison_faults(name, value, where)

    def name_faults(
        self, name: str, place: Place, item: frozenset[str] = frozenset()
    ) -> Iterator[Fault]:
        """Whether anything has the name here."""
        root, _, path = name.partition(".")
        if root in self._earlier or (root == "item" and path.partition(".")[0] in item):
            return
        if root == "picked":
            yield from self._picked_faults(name, place)
        elif unknown_names((name,), FACTS):
            yield Fault(place, f"这里没有 {name!r}", self._hint(name, item))

    def _hint(self, name: str, item: Iterable[str]) -> str:
        later = [step.id for step in self._definition.steps if step.id not in self._earlier]
        if name.partition(".")[0] in later:
            return "这一步在后面，只能用前面的步骤"
        known = (*self._earlier, *all_names(FACTS), *(f"item.{field}" for field in item))
        steps = "、".join(self._earlier) or "没有"
        return did_you_mean(name, known) or f"前面的步骤：{steps}"

    def _picked_faults(self, name: str, place: Place) -> Iterator[Fault]:
        _, step_id, *path = name.split(".")
        step = self._earlier.get(step_id)
        source = step.options_from if isinstance(step, ChoiceQuestion) else None
        if not isinstance(source, ListOptions):
            listed = [
                one.id
                for one in self._earlier.values()
                if isinstance(one, ChoiceQuestion) and isinstance(one.options_from, ListOptions)
            ]
            hint = did_you_mean(step_id, listed) or (one_of(listed) if listed else "请去掉")
            yield Fault(place, f"{step_id!r} 不是从名册列表里选的一步", hint)
            return
        fields = fields_of(source.list)
        if path and fields and path[0] not in fields:
            hint = did_you_mean(path[0], fields) or one_of(sorted(fields))
            yield Fault(place, f"{source.list} 里没有 {path[0]!r}", hint)

    def _comparison_faults(self, name: str, value: Scalar, place: Place) -> Iterator[Fault]:
        known, is_all = self._values(name)
        if known is None or value is None or value in known:
            return
        near = nearest(value, map(str, known), _TYPO)
        if is_all:
            hint = did_you_mean(value, map(str, known)) or one_of(sorted(map(str, known)))
            yield Fault(place, f"{name} 从来不是 {value!r}", hint)
        elif near:
            yield Fault(place, f"{name} 没有 {value!r} 这个选项", f"是不是 {near!r}？")

    def _values(self, name: str) -> tuple[frozenset[Scalar] | None, bool]:
        """The values that a name can have, and whether it can have no others."""
        step = self._earlier.get(name)
        if isinstance(step, YesNoQuestion):
            return frozenset((True, False)), True
        if isinstance(step, ChoiceQuestion):
            return frozenset(option.value for option in step.options), step.options_from is None
        if step is None and (known := values_of(name)) is not None:
            return frozenset(known), True
        return None, False

    def value_faults(self, step: Question, place: Place) -> Iterator[Fault]:
        """Values that are filled in, and that the question could never have as its answer."""
        for key in ("prefill", "default"):
            node = getattr(step, key)
            for where, value in results(node, (*place, key)) if node is not None else ():
                if value is not None and (fault := _value_fault(step, value, where)):
                    yield fault


def _value_fault(step: Question, value: Scalar, place: Place) -> Fault | None:
    if isinstance(step, ChoiceQuestion):
        values = [option.value for option in step.options]
        if value in values or isinstance(step.options_from, CountyOptions):
            return None
        return Fault(
            place, f"没有 {value!r} 这个选项", did_you_mean(value, values) or one_of(values)
        )
    if isinstance(step, GroupQuestion):
        return Fault(place, "一组人不能写成一个值", "请用 items_from")
    wanted: type = str
    if isinstance(step, YesNoQuestion):
        wanted = bool
    elif isinstance(step, MoneyQuestion | NumberQuestion | YearQuestion):
        wanted = int
    if type(value) is wanted:
        return None
    words = {str: "文字", bool: "true 或 false", int: "整数"}[wanted]
    return Fault(place, f"{value!r} 不能作这个问题的答案", f"要写{words}")
