"""View models of a service's questions, its review and its answer.

Every question page carries ``place_key``: a page that gets another one starts empty (or with ``value``), a page that
gets the same one again with ``is_rejected`` keeps what was typed, for correction.
"""

from dataclasses import dataclass, field
from typing import Literal

from kiosk.flows.page_model import ChoiceButton, PageModel


@dataclass(frozen=True, slots=True)
class QuestionModel(PageModel):
    """What every question page has. Actions: Answered, SpokenAnswer, Decline (nothing, where optional), GoBack."""

    idle_timeout_s = 180.0

    place_key: str = ""
    """Names the question and, in a group, the item."""
    is_rejected: bool = False
    """The last answer was wrong; the prompt says why."""
    is_optional: bool = False
    """A button for nothing (没有，跳过)."""
    old_value: str = field(default="", repr=False)
    """Shown as 原来：… where the roster's value is being changed."""


@dataclass(frozen=True, slots=True)
class OptionButton:
    """One choice."""

    value: str
    title: str
    """At most two lines on a tile."""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class ChoicePage(QuestionModel):
    """One to five choices and, when there are more, a button that turns the page.

    Actions: Answered(value: str), TurnPage. The digits 1 to 6 of a keypad choose too; 0 turns the page.
    """

    page_id = "choice"
    idle_timeout_s = 90.0
    options: tuple[OptionButton, ...] = ()
    """Those of this page: with the buttons for nothing and for the next page, at most six."""
    chosen: str = ""
    """The present answer, marked."""
    crumbs: str = field(default="", repr=False)
    """Where in a list of places: 梧桐县 › 柳林镇."""
    page_number: int = 1
    """From 1."""
    page_count: int = 1


@dataclass(frozen=True, slots=True)
class DigitsPage(QuestionModel):
    """A keypad: citizen id, phone, bank card, amount, number. Actions: Answered(text as typed: str)."""

    page_id = "digits"
    kind: Literal["citizen_id", "phone", "bank_card", "money", "number"] = "number"
    value: str = field(default="", repr=False)
    """To begin with, as it would be typed."""
    longest: int = 18
    """Characters."""
    unit: str = ""
    """Beside the value: 元, 年."""


@dataclass(frozen=True, slots=True)
class TextPage(QuestionModel):
    """The pinyin keyboard: a name or a few words. Actions: Answered(text: str)."""

    page_id = "text"
    kind: Literal["name", "text"] = "text"
    value: str = field(default="", repr=False)
    longest: int = 30
    """Characters."""


@dataclass(frozen=True, slots=True)
class DatePage(QuestionModel):
    """Large pickers for day, month or year. Actions: Answered(ISO date, month or year: str)."""

    page_id = "date"
    kind: Literal["date", "month", "year"] = "date"
    value: str = field(default="", repr=False)
    """What the pickers stand on at first, in the form of the answer."""
    earliest: str = ""
    """Limits in the same form; the pickers do not leave them."""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class PhotoPage(QuestionModel):
    """The camera over a document or a face; quality is judged live.

    Actions: PhotoTaken (one more), Answered(None) (those taken are enough), Decline (bring it later), Choose("again")
    (throw the last one away).
    """

    page_id = "photo"
    kind: Literal["document", "portrait", "people"] = "document"
    document: str = ""
    """What to put under the camera."""
    taken: int = 0
    """How many pictures there are."""
    maximum: int = 1
    can_finish: bool = False
    """Enough were taken."""
    may_follow: bool = True
    """Offers 以后再交."""
    has_camera: bool = True
    preview: bytes = field(default=b"", repr=False)
    """The last picture taken, JPEG, to look at; empty before the first."""


@dataclass(frozen=True, slots=True)
class SignaturePage(QuestionModel):
    """Sign with a finger; who cannot write touches the other button.

    Actions: Answered(strokes: list of lists of [x, y], 0 to 1000), Decline (cannot write).
    """

    page_id = "signature"


@dataclass(frozen=True, slots=True)
class FilesPage(QuestionModel):
    """Which papers the service wants: take pictures now, or bring them later. Actions: Answered("now" or "later")."""

    page_id = "files"
    idle_timeout_s = 90.0
    documents: tuple[str, ...] = ()
    """At most five titles."""
    has_camera: bool = True


@dataclass(frozen=True, slots=True)
class GroupPage(QuestionModel):
    """What a group holds so far. Actions: Choose("add" | "done" | "remove")."""

    page_id = "group"
    item_title: str = ""
    """What one of them is called."""
    items: tuple[str, ...] = field(default=(), repr=False)
    """One line for each."""
    can_add: bool = True
    can_finish: bool = True


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line that is read back or answered."""

    label: str
    value: str = field(repr=False)
    icon: str = ""
    key: str = ""
    """The place that 改一改 opens; empty where nothing can be changed."""
    note: str = ""
    """Small, below: 名册里的 (from the roster), 原来：…"""


@dataclass(frozen=True, slots=True)
class FormReviewPage(PageModel):
    """Everything read back; each line can be changed. Actions: Confirm, EditLine(key), TurnPage, GoBack."""

    page_id = "form_review"
    idle_timeout_s = 180.0
    lines: tuple[AnswerLine, ...] = ()
    """Those of this page, at most five."""
    page_number: int = 1
    page_count: int = 1
    """Submitting is offered on the last page only: all was read."""


@dataclass(frozen=True, slots=True)
class AnswerPage(PageModel):
    """What the roster or a calculation says. Actions: TurnPage, PrintPage, Choose("ask" …), Finish."""

    page_id = "answer"
    idle_timeout_s = 180.0
    service_title: str = ""
    figure_label: str = ""
    figure: str = field(default="", repr=False)
    """The one number that matters, large; may be empty."""
    lines: tuple[AnswerLine, ...] = ()
    """Those of this page, at most five."""
    as_of: str = ""
    """截至 2026年11月23日, or 估算 with the date of its rules; never empty."""
    page_number: int = 1
    page_count: int = 1
    can_print: bool = False
    print_state: Literal["", "printing", "printed", "failed"] = ""
    choices: tuple[ChoiceButton, ...] = ()
    """Other ways on, at most two: ask the centre."""


@dataclass(frozen=True, slots=True)
class HintCard:
    """One thing that the resident seems entitled to."""

    hint_id: str
    title: str
    reason: str = field(repr=False)
    icon: str = ""


@dataclass(frozen=True, slots=True)
class HintsPage(PageModel):
    """At most three proposals, each with its reason. Actions: Choose(hint id), Decline (one touch)."""

    page_id = "hints"
    hints: tuple[HintCard, ...] = ()
