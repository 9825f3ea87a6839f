"""One filling-in of a service: what is known, what is asked next, what is read back. Immutable and pure.

An answer given by the person always counts; where there is none, what the roster knows does; then the default. So
nothing is asked that is known, everything can be changed at the review, and going back loses nothing: an answer of
a branch that is not taken stays here and only does not count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kiosk.domain.definition import Requirement, ServiceDefinition
from kiosk.domain.expressions import Expression, Lookup, evaluate, holds, names
from kiosk.domain.form_values import (
    SKIPPED,
    Place,
    as_answer,
    field_values,
    group_items,
    is_skipped,
    picked_item,
)
from kiosk.domain.json_values import JsonValue, is_known
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    ComputedValue,
    Document,
    FilesQuestion,
    GroupQuestion,
    Question,
)
from kiosk.domain.scope import walk

Origin = Literal["person", "roster", "default", "computed", "skipped", "nobody"]


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One question that this form asks, with its value."""

    question: AnyQuestion
    value: JsonValue
    """None while nobody answered and nothing is known, and when it was skipped."""
    origin: Origin

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be asked any more."""
        if self.origin == "nobody":
            return False
        if self.origin == "person":
            return True
        return not (isinstance(self.question, Question) and self.question.is_asked)


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """A definition, the answers so far and what is known of the person."""

    definition: ServiceDefinition
    scope: Lookup
    """``person``, ``record``, ``county``, ``today`` and ``site``; None for what is not known."""
    given: Mapping[str, JsonValue] = field(default_factory=dict)
    """The person's own answers by step id, JSON without floats: this is what a draft keeps."""
    entries: tuple[Entry, ...] = field(init=False, compare=False)
    """The questions that count, in order."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", tuple(self._walk()))

    def _walk(self) -> Iterator[Entry]:
        values: dict[str, JsonValue] = {}
        lookup = self._lookup_in(values)
        for step in self.definition.steps:
            if step.when is not None and not holds(step.when, lookup):
                continue
            value, origin = self._value_of(step, lookup)
            values[step.id] = value
            yield Entry(step, value, origin)

    def _value_of(self, step: AnyQuestion, lookup: Lookup) -> tuple[JsonValue, Origin]:
        if isinstance(step, ComputedValue):
            return evaluate(step.value, lookup), "computed"
        given = self.given.get(step.id)
        if is_skipped(given):
            return None, "skipped"
        if given is not None:
            return given, "person"
        if step.prefill is not None and is_known(value := evaluate(step.prefill, lookup)):
            return as_answer(step, value), "roster"
        if isinstance(step, GroupQuestion) and (items := group_items(step, self.scope)):
            return as_answer(step, items), "roster"
        if step.default is not None and is_known(value := evaluate(step.default, lookup)):
            return as_answer(step, value), "default"
        return None, "nobody"

    def _lookup_in(self, values: Mapping[str, JsonValue]) -> Lookup:
        own = {step.id for step in self.definition.steps}

        def lookup(name: str) -> JsonValue:
            head, _, rest = name.partition(".")
            if head in own:
                value = values.get(head)
                if isinstance(value, dict) and "items" in value and not rest:
                    return value["items"]
                return walk(value, rest)
            if head == "picked":
                step_id, _, path = rest.partition(".")
                return walk(self._picked(step_id, values.get(step_id)), path)
            return self.scope(name)

        return lookup

    def _picked(self, step_id: str, value: JsonValue) -> JsonValue:
        step = self.definition.question(step_id)
        if not isinstance(step, ChoiceQuestion):
            return None
        return picked_item(step, value, self.scope)

    def lookup(self, name: str) -> JsonValue:
        """The value of a name: an answer that counts, or something of the scope."""
        return self._lookup_in({entry.question.id: entry.value for entry in self.entries})(name)

    def lookup_value(self, expression: Expression) -> JsonValue:
        """The value of an expression over the whole form."""
        return evaluate(expression, self.lookup)

    def lookup_at(self, place: Place) -> Lookup:
        """The same for a question inside a group: names of the item's own fields come first."""
        step = self.definition.question(place.step)
        if not isinstance(step, GroupQuestion) or place.item is None:
            return self.lookup
        own = field_values(self.value_at(Place(place.step)), place.item)
        return lambda name: own[name] if name in own else self.lookup(name)

    # -- what is next

    def next_place(self) -> Place | None:
        """The first question that must still be asked, or None when all is ready to be read back."""
        for entry in self.entries:
            place = self._open_place(entry)
            if place is not None:
                return place
        return None

    def _open_place(self, entry: Entry) -> Place | None:
        step = entry.question
        if isinstance(step, ComputedValue):
            return None
        if not entry.is_settled:
            return self._first_of_group(step) if isinstance(step, GroupQuestion) else Place(step.id)
        if isinstance(step, GroupQuestion) and entry.origin == "person":
            return self._open_in_group(step, entry.value)
        if isinstance(step, FilesQuestion) and entry.origin == "person":
            return self._open_in_files(step, entry.value)
        return None

    @staticmethod
    def _first_of_group(step: GroupQuestion) -> Place:
        return Place(step.id, 0, step.fields[0].id) if step.minimum else Place(step.id)

    def _open_in_group(self, step: GroupQuestion, value: JsonValue) -> Place | None:
        items = value["items"]
        for number, item in enumerate(items):
            for part in step.fields:
                place = Place(step.id, number, part.id)
                if part.id not in item and self.is_asked(place):
                    return place
        if len(items) < step.minimum:
            return Place(step.id, len(items), step.fields[0].id)
        return None if value["is_done"] else Place(step.id)

    def _open_in_files(self, step: FilesQuestion, value: JsonValue) -> Place | None:
        if value["when"] != "now":
            return None
        for document in self.documents(step):
            if document.id not in value["photos"]:
                return Place(step.id, None, document.id)
        return None

    def documents(self, step: FilesQuestion) -> tuple[Document, ...]:
        """The papers that this very request needs."""
        return tuple(
            one for one in step.documents if one.when is None or holds(one.when, self.lookup)
        )

    def is_asked(self, place: Place) -> bool:
        """Whether the question of a place counts now."""
        question = self.question_at(place)
        if place.item is not None and question.when is not None:
            return holds(question.when, self.lookup_at(place))
        return any(entry.question.id == place.step for entry in self.entries)

    def still_has(self, place: Place) -> bool:
        """Whether one can come back to a place: other answers may have taken its question away."""
        step = self.definition.question(place.step)
        if not self.is_asked(Place(place.step)):
            return False
        if isinstance(step, GroupQuestion) and place.item is not None:
            return place.item <= len(self._group(place.step)["items"]) and self.is_asked(place)
        if isinstance(step, FilesQuestion) and place.field is not None:
            return any(document.id == place.field for document in self.documents(step))
        return True

    def question_at(self, place: Place) -> AnyQuestion:
        """The question of a place.

        Raises:
            KeyError: there is none.
        """
        step = self.definition.question(place.step)
        if isinstance(step, GroupQuestion) and place.item is not None:
            return next(part for part in step.fields if part.id == place.field)
        return step

    def value_at(self, place: Place) -> JsonValue:
        """What counts as the answer at a place; None where there is none."""
        entry = next((one for one in self.entries if one.question.id == place.step), None)
        value = entry.value if entry is not None else None
        if value is None or (place.item is None and place.field is None):
            return value
        if place.item is None:
            return value.get("photos", {}).get(place.field)
        return field_values(value, place.item).get(str(place.field))

    def suggestion_at(self, place: Place) -> JsonValue:
        """What a page offers to begin with: the present answer, else what is known, else the default."""
        present = self.value_at(place)
        if present is not None:
            return present
        question = self.question_at(place)
        if isinstance(question, ComputedValue):
            return None
        lookup = self.lookup_at(place)
        for source in (question.prefill, question.default):
            if source is not None and is_known(value := evaluate(source, lookup)):
                return as_answer(question, value)
        return None

    # -- answers

    def answered(self, place: Place, value: JsonValue) -> "Form":
        """The form with an answer more; ``SKIPPED`` for nothing where that is allowed."""
        if place.item is None and place.field is None:
            return self._with(place.step, value)
        if place.item is None:
            before = self.value_at(Place(place.step)) or {"when": "now", "photos": {}}
            return self._with(
                place.step, {**before, "photos": {**before["photos"], str(place.field): value}}
            )
        group = self._group(place.step)
        items = [dict(item) for item in group["items"]]
        if place.item == len(items):
            items.append({})
        items[place.item][str(place.field)] = value
        return self._with(place.step, {"items": items, "is_done": False})

    def group_done(self, step_id: str) -> "Form":
        """Nothing more is added to a group."""
        return self._with(step_id, {**self._group(step_id), "is_done": True})

    def group_reopened(self, step_id: str) -> "Form":
        """A group can be changed again."""
        return self._with(step_id, {**self._group(step_id), "is_done": False})

    def group_without_last(self, step_id: str) -> "Form":
        """The last item of a group is taken out."""
        group = self._group(step_id)
        return self._with(step_id, {"items": group["items"][:-1], "is_done": False})

    def _group(self, step_id: str) -> dict[str, Any]:
        value = self.value_at(Place(step_id))
        return value if isinstance(value, dict) else {"items": [], "is_done": False}

    def _with(self, step_id: str, value: JsonValue) -> "Form":
        return replace(self, given={**self.given, step_id: value})

    # -- the end

    def is_complete(self) -> bool:
        """Whether all is there to be read back and submitted."""
        return self.next_place() is None

    def payload(self) -> dict[str, JsonValue]:
        """What travels: the answers that count, and which of them nobody was asked for."""
        settled = [entry for entry in self.entries if entry.value is not None]
        return {
            "answers": {entry.question.id: entry.value for entry in settled},
            "from_roster": [entry.question.id for entry in settled if entry.origin == "roster"],
            "from_default": [entry.question.id for entry in settled if entry.origin == "default"],
        }


def unmet_requirements(
    definition: ServiceDefinition, scope: Lookup
) -> tuple[tuple[int, Requirement], ...]:
    """The requirements that are known not to hold, with their numbers; what is unknown never refuses."""
    return tuple(
        (number, requirement)
        for number, requirement in enumerate(definition.requires)
        if all(is_known(scope(name)) for name in {*names(requirement.when), *requirement.needs})
        and not holds(requirement.when, scope)
    )


__all__ = ["SKIPPED", "Entry", "Form", "Origin", "Place", "unmet_requirements"]
