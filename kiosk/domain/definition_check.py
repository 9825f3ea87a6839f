"""What a definition's shape cannot say: names that exist and come earlier, options that are there, no doubles."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kiosk.domain import expressions
from kiosk.domain.county import FACTS
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    ComputedValue,
    CountyOptions,
    FilesQuestion,
    GroupQuestion,
    ListOptions,
    Question,
)
from kiosk.domain.scope_names import unknown_names

if TYPE_CHECKING:
    from kiosk.domain.definition import Place, ServiceDefinition

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

Fault = tuple["Place", str]


def logical_faults(definition: "ServiceDefinition") -> Iterator[Fault]:
    """Every fault that needs more than one place of the file to see."""
    seen: set[str] = set()
    for number, step in enumerate(definition.steps):
        place: Place = ("steps", number)
        if step.id in seen:
            yield (*place, "id"), f"{step.id!r} stands twice"
        yield from _step_faults(step, place, seen)
        seen.add(step.id)
    for number, requirement in enumerate(definition.requires):
        yield from _unknown(requirement.when, ("requires", number, "when"), set())
    yield from _whole_faults(definition, seen)


def _whole_faults(definition: "ServiceDefinition", ids: set[str]) -> Iterator[Fault]:
    if definition.on_behalf_of is not None and definition.on_behalf_of not in ids:
        yield ("on_behalf_of",), f"there is no step {definition.on_behalf_of!r}"
    if definition.offline == "accepted" and definition.answer:
        yield ("answer",), "only a roster or local service shows an answer"
    if definition.offline != "accepted" and not definition.answer:
        yield ("answer",), f"a {definition.offline} service needs one"
    if definition.assurance == 0 and definition.required_factors:
        yield ("required_factors",), "nobody is asked for a proof at assurance 0"
    if definition.example is not None:
        for key in sorted(definition.example.answers.keys() - ids):
            yield ("example", "answers", key), f"there is no step {key!r}"


def _step_faults(step: AnyQuestion, place: "Place", earlier: set[str]) -> Iterator[Fault]:
    yield from _name_faults(step, place, earlier)
    if isinstance(step, ChoiceQuestion):
        yield from _choice_faults(step, place, earlier)
    if isinstance(step, GroupQuestion):
        yield from _group_faults(step, place, earlier)
    if isinstance(step, FilesQuestion):
        for number, document in enumerate(step.documents):
            if document.when is not None:
                yield from _unknown(document.when, (*place, "documents", number, "when"), earlier)
    if isinstance(step, Question) and step.is_optional and step.default is not None:
        yield (*place, "default"), "an optional question with a default is never asked"
    if isinstance(step, ComputedValue) and step.shown_as != "text" and not step.label:
        yield (*place, "label"), "is needed to read the value back"


def _name_faults(step: AnyQuestion, place: "Place", earlier: set[str]) -> Iterator[Fault]:
    for name in ("when", "prefill", "default", "old_value", "earliest", "latest", "value"):
        node = getattr(step, name, None)
        if node is not None:
            yield from _unknown(node, (*place, name), earlier)


def _group_faults(step: GroupQuestion, place: "Place", earlier: set[str]) -> Iterator[Fault]:
    inner: set[str] = set()
    for number, field in enumerate(step.fields):
        if field.id in inner:
            yield (*place, "fields", number, "id"), f"{field.id!r} stands twice"
        yield from _step_faults(field, (*place, "fields", number), earlier | inner)
        inner.add(field.id)
    if step.minimum > step.maximum:
        yield (*place, "minimum"), "is more than the maximum"


def _choice_faults(step: ChoiceQuestion, place: "Place", earlier: set[str]) -> Iterator[Fault]:
    values = [option.value for option in step.options]
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield (*place, "options"), f"{value!r} stands twice"
    for number, option in enumerate(step.options):
        if option.when is not None:
            yield from _unknown(option.when, (*place, "options", number, "when"), earlier)
    if not step.options and step.options_from is None:
        yield place, "a choice needs options or options_from"
    if not any(option.when is None for option in step.options) and not isinstance(
        step.options_from, CountyOptions
    ):
        yield (*place, "options"), "at least one must always be offered, or somebody finds none"
    if (
        isinstance(step.options_from, CountyOptions)
        and step.options_from.county not in COUNTY_TABLES
    ):
        yield (*place, "options_from"), f"the county has no table {step.options_from.county!r}"
    if isinstance(step.options_from, ListOptions):
        yield from _unknown_name(step.options_from.list, (*place, "options_from", "list"), earlier)


def _unknown(
    node: "expressions.Condition | expressions.Expression", place: "Place", earlier: set[str]
) -> Iterator[Fault]:
    for name in expressions.names(node):
        yield from _unknown_name(name, place, earlier)


def _unknown_name(name: str, place: "Place", earlier: set[str]) -> Iterator[Fault]:
    head, _, rest = name.partition(".")
    if head in earlier or _is_given(head, rest, earlier):
        return
    yield (
        place,
        f"nothing is called {name!r} here; earlier steps: {', '.join(sorted(earlier)) or 'none'}",
    )


def _is_given(head: str, rest: str, earlier: set[str]) -> bool:
    """Whether the name is one of the kiosk's own, such as ``person.age``."""
    if head == "picked":
        return rest.partition(".")[0] in earlier
    if head == "item":
        return True
    return not unknown_names((f"{head}.{rest}",), FACTS)
