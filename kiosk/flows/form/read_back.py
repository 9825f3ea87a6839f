"""Answers in the words that the review page shows and the voice reads."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.domain.fields.show import Wording, show
from kiosk.domain.form import Entry, Form, Place
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    ComputedValue,
    FilesQuestion,
    GroupQuestion,
    NameQuestion,
    NumberQuestion,
    YesNoQuestion,
)
from kiosk.domain.resident import mask_name
from kiosk.flows.county_tables import CountyTables
from kiosk.flows.form.facts import FormFacts
from kiosk.flows.form.options import offered
from kiosk.flows.form_pages import AnswerLine

LOCAL_LEVELS = 2
"""Township and village: everybody at this kiosk knows the county."""


@dataclass(frozen=True, slots=True)
class _LocalPlaces:
    """The county's places without the levels that go without saying."""

    county: CountyTables

    def names(self, code: str) -> tuple[str, ...]:
        return self.county.names(code)[-LOCAL_LEVELS:]

    def group_count(self, code: str) -> int | None:
        return self.county.group_count(code)


def shown(
    question: AnyQuestion, value: JsonValue, form: Form, place: Place, facts: FormFacts
) -> str:
    """One answer in words; "" where there is none."""
    if isinstance(question, ComputedValue):
        return show(question.shown_as, value, Wording())
    titles: dict[str, str] = {}
    if isinstance(question, ChoiceQuestion):
        titles = {one.value: one.title for one in offered(question, form, place, facts.county)}
    if isinstance(question, YesNoQuestion):
        titles = {"yes": question.yes, "no": question.no}
    unit = question.unit if isinstance(question, NumberQuestion) else ""
    wording = Wording(titles=titles, places=_LocalPlaces(facts.county), unit=unit)
    return show(question.type, value, wording)


def answer_lines(
    form: Form, facts: FormFacts, label: Callable[[str], str]
) -> tuple[AnswerLine, ...]:
    """One line for each answer that counts and can be read back."""
    return tuple(
        line for entry in form.entries if (line := _line(entry, form, facts, label)) is not None
    )


def _line(
    entry: Entry, form: Form, facts: FormFacts, label: Callable[[str], str]
) -> AnswerLine | None:
    question = entry.question
    if isinstance(question, ComputedValue):
        words = shown(question, entry.value, form, Place(question.id), facts)
        return (
            AnswerLine(question.label, words, question.icon) if question.label and words else None
        )
    words = _words(entry, form, facts, label)
    note = label("review.from_roster") if entry.origin == "roster" else ""
    if question.old_value is not None and entry.origin == "person":
        old = shown(
            question, form.lookup_value(question.old_value), form, Place(question.id), facts
        )
        note = f"{label('review.old_value')}{old}" if old else ""
    return AnswerLine(question.label, words, question.icon, question.id, note)


def _words(entry: Entry, form: Form, facts: FormFacts, label: Callable[[str], str]) -> str:
    question, value = entry.question, entry.value
    # What the person typed is theirs to read; a name out of the roster is somebody else's.
    is_known = entry.origin == "roster"
    if value is None:
        return label("review.nothing")
    if isinstance(question, FilesQuestion):
        return _papers(question, value, form, label)
    if isinstance(value, dict) and value.get("when") == "later":
        return label("review.later")
    if isinstance(question, GroupQuestion):
        count = len(value["items"])
        return (
            f"{count}{label('review.pieces')}{question.item_title}"
            if count
            else label("review.nothing")
        )
    words = shown(question, value, form, Place(question.id), facts)
    return mask_name(words) if isinstance(question, NameQuestion) and is_known else words


def _papers(
    question: FilesQuestion, value: JsonValue, form: Form, label: Callable[[str], str]
) -> str:
    if value["when"] == "later":
        return label("review.later")
    words = []
    for document in form.documents(question):
        photos = value["photos"].get(document.id)
        count = len(photos) if isinstance(photos, list) else 0
        words.append(f"{document.title}{f'{count}张' if count else label('review.later')}")
    return "，".join(words)


def in_words(value: JsonValue) -> str:
    """A value of the scope for a sentence: dates as people say them."""
    if isinstance(value, str):
        return show("date", value, Wording()) or show("month", value, Wording()) or value
    return "" if value is None else str(value)
