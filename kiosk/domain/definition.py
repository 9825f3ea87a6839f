"""A service as data: who may use it, what it asks, what it gives. The schema of ``assets/services/*.json``."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kiosk.domain.expressions import Condition
from kiosk.domain.fault import Fault
from kiosk.domain.question import (
    AnyQuestion,
    GroupQuestion,
    Key,
    Part,
    Question,
    Sentence,
    Title,
)

SCHEMA_VERSION = 1

Category = Literal["pension", "medical", "card", "employment", "allowance"]


class CatalogueError(ValueError):
    """Definition files are wrong; every fault is listed."""

    def __init__(self, faults: tuple[str, ...], details: tuple[Fault, ...] = ()) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
        """``file: place: what is wrong；what to do``, with the line where it is known: ``file:line: …``."""
        self.details = details
        """The same with their places, for the one who knows the file's lines; empty when they are of several files."""

    @classmethod
    def of(cls, source: str, found: Iterable[Fault]) -> "CatalogueError":
        """The faults of one file."""
        details = tuple(found)
        lines = (f":{fault.line}" if fault.line else "" for fault in details)
        return cls(
            tuple(f"{source}{line}: {one}" for line, one in zip(lines, details, strict=True)),
            details,
        )


class Requirement(Part):
    """Who may use the service. Where it does not hold the kiosk says so before it asks anything."""

    when: Condition
    """Must hold; what the roster does not know is asked of the centre, so an unknown name never refuses."""
    needs: tuple[str, ...] = ()
    """Names that must be known for the condition to be judged at all."""
    title: Title
    sentence: Sentence
    is_final: bool = False
    """The service makes no sense then; otherwise the resident may go on and the centre decides."""


class Example(Part):
    """A complete set of answers, walked when the file is checked; also what practice suggests."""

    answers: dict[Key, Any]


_OF_MONEY = frozenset({"bank_card", "money"})


class ServiceDefinition(BaseModel):
    """One service; a request pins its version and digest, so that a later update never changes what was agreed."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    id: str = Field(pattern=r"^[a-z]+\.[a-z_]+$", max_length=60)
    version: int = Field(ge=1)
    title: Annotated[str, Field(min_length=2, max_length=14)]
    """Characters on screen."""
    icon: str = Field(pattern=r"^[a-z_]+$")
    category: Category
    order: int = Field(ge=0)
    """Place among its category; smaller first."""
    assurance: int = Field(ge=0, le=3)
    required_factors: int = Field(ge=0, le=3)
    """How many independent proofs the kiosk asks for before it submits without a provisional mark."""
    offline: Literal["accepted", "roster", "local"]
    """Decided by the centre later; answered from the roster; worked out here."""
    priority: int = Field(default=3, ge=1, le=3)
    """Upload priority, 1 first."""
    is_date_bound: bool = False
    """Wrong when the clock is wrong: not offered while it runs behind."""
    may_repeat: bool = False
    """Another request is welcome while one is open: another bill, another family member."""
    sayings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Ways to ask for it, by locale or dialect group: ``zh-CN``, ``xinan``, ``yue`` …"""
    requires: tuple[Requirement, ...] = ()
    steps: tuple[AnyQuestion, ...] = Field(default=(), max_length=20)
    on_behalf_of: Key | None = None
    """The question whose citizen id is the person whom the request is about, when it is asked."""
    answer: Literal[
        "", "payments", "medical_account", "rights_statement", "participation_proof", "estimate"
    ] = ""
    """What a roster or local service shows at its end."""
    prints: tuple[
        Literal["receipt", "answer", "rights_statement", "participation_proof", "estimate"], ...
    ] = ()
    receipt_note: Sentence = ""
    """Said and printed on the receipt besides: a lost card is blocked only when the centre confirms."""
    example: Example | None = None
    digest: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """SHA-256 of the file's canonical JSON; computed when it loads, never written in the file."""
    canonical: str = Field(default="", max_length=0, exclude=True, repr=False)
    """That JSON, so that an older draft can be finished after the file has changed."""

    @property
    def moves_money(self) -> bool:
        """Whether an answer says how much is paid or where to: a wrong person would cost somebody money."""
        return any(_is_of_money(step) for step in self.steps)

    def question(self, step_id: str) -> AnyQuestion:
        """One step by id.

        Raises:
            KeyError: there is none.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def prompt_id(self, *parts: str) -> str:
        """The id of a prompt of this very version, so that an older draft keeps its own words."""
        return ".".join(("form", self.id, f"v{self.version}", *parts))

    def prompts(self) -> Iterator[tuple[str, str, str]]:
        """Every prompt that the service brings: id, title, sentence."""
        for step in self.steps:
            if isinstance(step, Question):
                yield self.prompt_id(step.id), step.title, step.sentence
            if isinstance(step, GroupQuestion):
                for field in step.fields:
                    yield self.prompt_id(step.id, field.id), field.title, field.sentence
        for number, requirement in enumerate(self.requires):
            yield self.prompt_id("requires", str(number)), requirement.title, requirement.sentence


def _is_of_money(question: AnyQuestion) -> bool:
    if isinstance(question, GroupQuestion):
        return any(field.type in _OF_MONEY for field in question.fields)
    return question.type in _OF_MONEY
