"""The questions of a service as data: one model a type, all checked when a definition loads."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from kiosk.domain.expressions import Condition, Expression

LONGEST_TITLE = 14
"""Characters of a heading on one line of the narrowest screen."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Title = Annotated[str, Field(min_length=2, max_length=LONGEST_TITLE)]
Sentence = Annotated[str, Field(max_length=60)]
Label = Annotated[str, Field(min_length=1, max_length=10)]
"""Before a value on the review page."""
Icon = Annotated[str, Field(pattern=r"^[a-z_]*$")]


class Part(BaseModel):
    """Base of everything in a definition: an unknown key is a typing mistake and is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Part):
    """One choice."""

    value: Annotated[str, Field(pattern=r"^[a-z0-9_.-]+$", max_length=40)]
    title: Title
    icon: Icon = ""
    when: Condition | None = None
    """Offered only then."""
    is_first: bool = False
    """Stands before the choices of a list or table; the others stand after them."""
    sayings: tuple[str, ...] = ()
    """Other ways to say it."""


class ListItems(Part):
    """Items of a list of the resident's record, such as the living members of the household."""

    list: Annotated[str, Field(pattern=r"^record\.[a-z_.]+$")]
    when: Condition | None = None
    """Which items: names are the item's own fields as ``item.<field>``."""


class ListOptions(ListItems):
    """Choices made from such a list, such as unsettled treatments."""

    value: Key
    """The field of an item that becomes the answer; items without it, or with a double, are left out."""
    title: Annotated[str, Field(min_length=1, max_length=60)]
    """With the item's fields as slots: ``{hospital}``, ``{from_date:date}``, ``{total_fen:money}``."""


class CountyOptions(Part):
    """Choices of a table of the county, such as hospitals."""

    county: Key


def _source_tag(value: object) -> str:
    """Which of the two is meant, also where a key is misspelt. No tag is a key: faults are placed by keys."""
    if isinstance(value, dict):
        return "from_list" if value.keys() & {"list", "value", "title"} else "from_county"
    return "from_list" if isinstance(value, ListOptions) else "from_county"


OptionSource = Annotated[
    Annotated[ListOptions, Tag("from_list")] | Annotated[CountyOptions, Tag("from_county")],
    Discriminator(_source_tag),
]


class Question(Part):
    """What every question has."""

    id: Key
    title: Title
    """Heading of the page and first sentence of the voice."""
    sentence: Sentence = ""
    """The one thing to do."""
    label: Label
    icon: Icon = ""
    when: Condition | None = None
    """Asked only then; names are earlier answers, ``person``, ``record``, ``county``, ``today``."""
    prefill: Expression | None = None
    """From what the roster knows: filled in, read back on the review page, not asked."""
    default: Expression | None = None
    """What nearly everybody wants: filled in where the roster knows nothing; can be changed at the review.

    The only default of pictures and papers is ``"later"``: they are brought later unless somebody says otherwise.
    """
    is_asked: bool = False
    """Ask even though a value is known; the value is then offered on the page."""
    old_value: Expression | None = None
    """Read back beside the new value."""
    is_optional: bool = False
    """The page has a button for nothing."""


class ChoiceQuestion(Question):
    """One of several; more than six are shown on several pages."""

    type: Literal["choice"]
    options: tuple[Option, ...] = ()
    """Fixed choices; after those of a list, when both are given, but for those marked ``is_first``."""
    options_from: OptionSource | None = None


class YesNoQuestion(Question):
    """Yes or no, with words of its own on the buttons."""

    type: Literal["yes_no"]
    yes: Title = "是的"
    no: Title = "不是"


class CitizenIdQuestion(Question):
    """Somebody's citizen id."""

    type: Literal["citizen_id"]
    is_other_person: bool = False
    """The resident's own number is refused."""


class NameQuestion(Question):
    """Somebody's name."""

    type: Literal["name"]


class PhoneQuestion(Question):
    """A telephone number."""

    type: Literal["phone"]


class BankCardQuestion(Question):
    """A bank card; the account on file can be kept."""

    type: Literal["bank_card"]


class MoneyQuestion(Question):
    """An amount."""

    type: Literal["money"]
    minimum_fen: int = Field(default=1, ge=0)
    maximum_fen: int = Field(default=10_000_000_00, ge=1)


class DateQuestion(Question):
    """A day."""

    type: Literal["date"]
    earliest: Expression | None = None
    latest: Expression | None = None


class MonthQuestion(Question):
    """A month ``YYYY-MM``."""

    type: Literal["month"]
    earliest: Expression | None = None
    latest: Expression | None = None


class YearQuestion(Question):
    """A year."""

    type: Literal["year"]
    earliest: Expression | None = None
    latest: Expression | None = None


class NumberQuestion(Question):
    """A whole number."""

    type: Literal["number"]
    minimum: int = 0
    maximum: int = 999_999
    unit: Annotated[str, Field(max_length=4)] = ""


class AddressQuestion(Question):
    """From the county's places down to the village group."""

    type: Literal["address"]
    is_local: bool = True
    """Starts at the kiosk's own county."""


class TextQuestion(Question):
    """A few words."""

    type: Literal["text"]
    maximum: int = Field(default=30, ge=1, le=100)


class SignatureQuestion(Question):
    """By finger; who cannot write goes on without."""

    type: Literal["signature"]


class PhotoQuestion(Question):
    """Pictures of a document or of the resident; can follow later where the service allows it."""

    type: Literal["photo"]
    kind: Literal["document", "portrait", "people"] = "document"
    minimum: int = Field(default=1, ge=1, le=10)
    maximum: int = Field(default=1, ge=1, le=10)
    may_follow: bool = True


class Document(Part):
    """One paper of a ``files`` question."""

    id: Key
    title: Title
    maximum: int = Field(default=1, ge=1, le=10)
    when: Condition | None = None


class FilesQuestion(Question):
    """All papers of a service on one page: taken now, or brought later."""

    type: Literal["files"]
    documents: tuple[Document, ...] = Field(min_length=1, max_length=5)


class ComputedValue(Part):
    """Not asked: worked out from the other answers; with a label it is read back."""

    type: Literal["computed"]
    id: Key
    value: Expression
    label: Annotated[str, Field(max_length=10)] = ""
    icon: Icon = ""
    shown_as: Literal["text", "money", "date", "month", "number", "citizen_id", "choice"] = "text"
    when: Condition | None = None


FieldOfGroup = Annotated[
    ChoiceQuestion
    | YesNoQuestion
    | CitizenIdQuestion
    | NameQuestion
    | PhoneQuestion
    | MoneyQuestion
    | DateQuestion
    | MonthQuestion
    | NumberQuestion
    | TextQuestion,
    Field(discriminator="type"),
]


class GroupQuestion(Question):
    """The same few questions for each of several: family members, invoices."""

    type: Literal["group"]
    fields: tuple[FieldOfGroup, ...] = Field(min_length=1, max_length=6)
    minimum: int = Field(default=0, ge=0, le=20)
    maximum: int = Field(default=5, ge=1, le=20)
    item_title: Annotated[str, Field(min_length=1, max_length=8)]
    """What one of them is called: 家人."""
    items_from: ListItems | None = None
    """Filled in from the record like a prefill: of each item the fields that are asked here, by the same ids."""


AskedQuestion = (
    ChoiceQuestion
    | YesNoQuestion
    | CitizenIdQuestion
    | NameQuestion
    | PhoneQuestion
    | BankCardQuestion
    | MoneyQuestion
    | DateQuestion
    | MonthQuestion
    | YearQuestion
    | NumberQuestion
    | AddressQuestion
    | TextQuestion
    | SignatureQuestion
    | PhotoQuestion
    | FilesQuestion
    | GroupQuestion
)
"""A question that has a page."""

AnyQuestion = Annotated[AskedQuestion | ComputedValue, Field(discriminator="type")]
"""One entry of a definition's ``steps``."""
