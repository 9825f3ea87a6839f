"""The page of a question: which one, with what to begin, what to offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accessibility.prompt import Prompt
from kiosk.domain.expressions import Expression, evaluate
from kiosk.domain.form import Form
from kiosk.domain.form_values import Place
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import (
    AskedQuestion,
    ChoiceQuestion,
    ComputedValue,
    FilesQuestion,
    GroupQuestion,
    NumberQuestion,
    PhotoQuestion,
    TextQuestion,
    YesNoQuestion,
)
from kiosk.flows.form import places
from kiosk.flows.form.check import EARLIEST, LATEST
from kiosk.flows.form.facts import FormFacts
from kiosk.flows.form.group_lines import item_line
from kiosk.flows.form.options import MOST_ON_PAGE, offered, page_of, page_with
from kiosk.flows.form.read_back import shown
from kiosk.flows.form_pages import (
    ChoicePage,
    DatePage,
    DigitsPage,
    FilesPage,
    GroupPage,
    OptionButton,
    PhotoPage,
    QuestionModel,
    SignaturePage,
    TextPage,
)
from kiosk.flows.page_model import Progress

LONGEST = {"citizen_id": 18, "phone": 12, "bank_card": 19, "money": 11, "number": 6}
"""Signs that a keypad takes."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """All that a page is made from."""

    form: Form
    place: Place
    facts: FormFacts
    prompt: Prompt
    is_rejected: bool
    progress: Progress
    page_number: int | None
    """None: the page of the present answer."""
    address_path: tuple[str, ...]
    has_camera: bool
    photo: bytes
    """The last picture of this place, JPEG."""

    @property
    def question(self) -> AskedQuestion:
        """The question itself."""
        question = self.form.question_at(self.place)
        assert not isinstance(question, ComputedValue)  # noqa: S101 (it has no page)
        return question

    @property
    def suggestion(self) -> JsonValue:
        """What the page begins with."""
        return self.form.suggestion_at(self.place)

    def limit(self, expression: Expression | None) -> str:
        """A limit of a date as text."""
        value = (
            evaluate(expression, self.form.lookup_at(self.place))
            if expression is not None
            else None
        )
        return "" if value is None else str(value)

    def common(self) -> dict[str, Any]:
        """The fields that every question page has."""
        question = self.question
        old = ""
        if question.old_value is not None:
            value = evaluate(question.old_value, self.form.lookup_at(self.place))
            old = (
                shown(question, value, self.form, self.place, self.facts)
                if value is not None
                else ""
            )
        return {
            "prompt": self.prompt,
            "progress": self.progress,
            "place_key": self.place.key,
            "is_rejected": self.is_rejected,
            "is_optional": question.is_optional,
            "old_value": old,
        }


def question_page(request: PageRequest) -> QuestionModel:
    """Make the page of a place."""
    if isinstance(request.question, FilesQuestion) and request.place.field is not None:
        return _document_page(request)
    return _PAGES[request.question.type](request)


def _choice(request: PageRequest) -> QuestionModel:
    question = request.question
    assert isinstance(question, ChoiceQuestion)  # noqa: S101 (by the table below)
    options = offered(question, request.form, request.place, request.facts.county)
    return _choice_page(request, options, str(request.suggestion or ""))


def _choice_page(
    request: PageRequest, options: tuple[OptionButton, ...], chosen: str, crumbs: str = ""
) -> QuestionModel:
    most = MOST_ON_PAGE - request.question.is_optional
    number = request.page_number or page_with(options, chosen, most)
    here, number, count = page_of(options, number, most)
    return ChoicePage(
        **request.common(),
        options=here,
        chosen=chosen,
        crumbs=crumbs,
        page_number=number,
        page_count=count,
    )


def _yes_no(request: PageRequest) -> QuestionModel:
    question = request.question
    assert isinstance(question, YesNoQuestion)  # noqa: S101 (by the table below)
    chosen = {True: "yes", False: "no"}.get(request.suggestion, "")
    options = (OptionButton("yes", question.yes, "check"), OptionButton("no", question.no, "cross"))
    return _choice_page(request, options, chosen)


def _address(request: PageRequest) -> QuestionModel:
    level = places.level(request.facts.county, request.address_path)
    return _choice_page(request, level.options, "", level.crumbs)


def _digits(request: PageRequest) -> QuestionModel:
    question = request.question
    unit = question.unit if isinstance(question, NumberQuestion) else ""
    kind: Any = question.type
    return DigitsPage(
        **request.common(),
        kind=kind,
        value=_as_typed(question, request.suggestion),
        longest=LONGEST[question.type],
        unit="元" if question.type == "money" else unit,
    )


def _as_typed(question: AskedQuestion, value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value.get("number", ""))
    if question.type == "money" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}" if value % 100 else str(value // 100)
    return str(value)


def _text(request: PageRequest) -> QuestionModel:
    question = request.question
    longest = question.maximum if isinstance(question, TextQuestion) else 20
    return TextPage(
        **request.common(),
        kind="text" if isinstance(question, TextQuestion) else "name",
        value=str(request.suggestion or ""),
        longest=longest,
    )


def _date(request: PageRequest) -> QuestionModel:
    question: Any = request.question
    length = {"date": 10, "month": 7, "year": 4}[question.type]
    return DatePage(
        **request.common(),
        kind=question.type,
        value=str(request.suggestion or ""),
        earliest=(request.limit(question.earliest) or EARLIEST.isoformat())[:length],
        latest=(request.limit(question.latest) or LATEST.isoformat())[:length],
    )


def _photo(request: PageRequest) -> QuestionModel:
    question = request.question
    assert isinstance(question, PhotoQuestion)  # noqa: S101 (by the table below)
    taken = _taken(request.form.value_at(request.place))
    return PhotoPage(
        **request.common(),
        kind=question.kind,
        document=question.label,
        taken=taken,
        maximum=question.maximum,
        can_finish=taken >= question.minimum,
        may_follow=question.may_follow,
        has_camera=request.has_camera,
        preview=request.photo,
    )


def _document_page(request: PageRequest) -> QuestionModel:
    question = request.question
    assert isinstance(question, FilesQuestion)  # noqa: S101 (asked by the caller)
    document = next(one for one in question.documents if one.id == request.place.field)
    taken = _taken(request.form.value_at(request.place))
    return PhotoPage(
        **{**request.common(), "is_optional": False},
        kind="document",
        document=document.title,
        taken=taken,
        maximum=document.maximum,
        can_finish=taken >= 1,
        may_follow=True,
        has_camera=request.has_camera,
        preview=request.photo,
    )


def _taken(value: JsonValue) -> int:
    return len(value) if isinstance(value, list) else 0


def _files(request: PageRequest) -> QuestionModel:
    question = request.question
    assert isinstance(question, FilesQuestion)  # noqa: S101 (by the table below)
    titles = tuple(one.title for one in request.form.documents(question))
    return FilesPage(**request.common(), documents=titles, has_camera=request.has_camera)


def _group(request: PageRequest) -> QuestionModel:
    question = request.question
    assert isinstance(question, GroupQuestion)  # noqa: S101 (by the table below)
    value = request.form.value_at(Place(question.id)) or {"items": []}
    lines = tuple(
        item_line(question, number, request.form, request.facts)
        for number in range(len(value["items"]))
    )
    return GroupPage(
        **request.common(),
        item_title=question.item_title,
        items=lines,
        can_add=len(lines) < question.maximum,
        can_finish=len(lines) >= question.minimum,
    )


_PAGES: Mapping[str, Callable[[PageRequest], QuestionModel]] = {
    "choice": _choice,
    "yes_no": _yes_no,
    "address": _address,
    "citizen_id": _digits,
    "phone": _digits,
    "bank_card": _digits,
    "money": _digits,
    "number": _digits,
    "name": _text,
    "text": _text,
    "date": _date,
    "month": _date,
    "year": _date,
    "photo": _photo,
    "signature": lambda request: SignaturePage(**request.common()),
    "files": _files,
    "group": _group,
}
