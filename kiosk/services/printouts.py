"""What each paper says. Every function takes plain values: no database, no device, no clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.clock import SITE_TIME_ZONE
from kiosk.domain.printout import (
    Block,
    Heading,
    LargeNumber,
    Line,
    Paragraph,
    PrintKind,
    Printout,
    QrCode,
    Rule,
    SealBox,
    Table,
    Weight,
)

Pairs = tuple[tuple[str, str], ...]
"""Label and value, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class WhereToAsk:
    """Whom the paper sends people to."""

    site: str
    """Name of the place where the kiosk stands."""
    helper: str
    """The person to ask."""
    hotline: str


@dataclass(frozen=True, slots=True)
class ReceiptSlip:
    """The promise on paper."""

    number: str
    service_title: str
    accepted_at: datetime
    """Aware."""
    qr_text: str
    """Of ``ReceiptCode``; empty leaves the symbol out."""
    is_provisional: bool = False
    is_card_loss: bool = False
    """The card is blocked only when the centre confirms; the paper must say so."""
    lines: Pairs = field(default=(), repr=False)
    """More to be read back, such as a masked name."""


@dataclass(frozen=True, slots=True)
class AnswerSlip:
    """What the roster says, for taking home."""

    title: str
    lines: Pairs = field(repr=False)
    as_of: str
    """Of the roster, such as ``截至2026年11月23日``."""
    printed_at: datetime
    figure_label: str = ""
    figure: str = field(default="", repr=False)
    """The one number that matters most; may be empty."""


@dataclass(frozen=True, slots=True)
class ProofSheet:
    """A proof or a statement on A4, with the person's full name and number."""

    number: str
    name: str = field(repr=False)
    citizen_id: str = field(repr=False)
    lines: Pairs = field(repr=False)
    as_of: str
    """Of the roster, such as ``截至2026年11月23日``."""
    printed_at: datetime
    qr_text: str
    header: tuple[str, ...] = ()
    """Of the table; empty means that there is none."""
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class DraftSlip:
    """How to go on with what was not finished."""

    code: str
    """An even number of digits."""
    service_title: str
    kept_until: datetime


@dataclass(frozen=True, slots=True)
class EstimateSlip:
    """A figure that the kiosk computed itself."""

    result_label: str
    result: str
    """Such as ``186.40 元``."""
    lines: Pairs
    """The formula with the person's own numbers."""
    as_of: str
    """That it is an estimate, and by which rules."""
    printed_at: datetime


class Printouts:
    """Makes papers in one language.

    Args:
        label: small texts by id; the prompt catalogue's ``label``.
        ask: what stands at the foot of each paper.
    """

    def __init__(self, label: Callable[..., str], ask: WhereToAsk) -> None:
        self._label = label
        self._ask = ask

    def receipt(self, slip: ReceiptSlip) -> Printout:
        """受理回执: number first, then that it is an acceptance and not the decision."""
        label = self._label
        title = label("print.receipt.title")
        blocks: list[Block] = [
            Heading(title),
            LargeNumber(label("print.number"), slip.number),
            Rule(),
            Line(label("print.service"), slip.service_title, is_strong=True),
            Line(label("print.receipt.time"), _moment(slip.accepted_at)),
            *_lines(slip.lines),
            Line(label("print.receipt.stage"), label("print.receipt.state"), is_strong=True),
            Paragraph(label("print.receipt.state.sentence"), Weight.STRONG),
        ]
        if slip.is_provisional:
            blocks.append(Paragraph(label("print.receipt.provisional"), Weight.STRONG))
        if slip.is_card_loss:
            blocks.append(Paragraph(label("print.receipt.loss"), Weight.STRONG))
        blocks.append(Paragraph(label("print.receipt.what_next")))
        if slip.qr_text:
            blocks.append(QrCode(slip.qr_text, label("print.receipt.check")))
        return Printout(PrintKind.RECEIPT, title, (*blocks, Rule(), *self._foot()))

    def answer(self, slip: AnswerSlip) -> Printout:
        """An answer from the roster, with its date, and that it proves nothing."""
        label = self._label
        blocks: tuple[Block, ...] = (
            Heading(slip.title),
            *((LargeNumber(slip.figure_label, slip.figure),) if slip.figure else ()),
            Rule(),
            *_lines(slip.lines),
            Rule(),
            Line(label("print.as_of"), slip.as_of, is_strong=True),
            Line(label("print.printed_at"), _moment(slip.printed_at)),
            Paragraph(label("print.answer.note"), Weight.STRONG),
            *self._foot(),
        )
        return Printout(PrintKind.ANSWER, slip.title, blocks)

    def participation_proof(self, sheet: ProofSheet) -> Printout:
        """参保证明 on A4."""
        title = self._label("print.proof.title")
        return Printout(
            PrintKind.PARTICIPATION_PROOF, title, self._sheet(sheet, title, "print.proof")
        )

    def rights_statement(self, sheet: ProofSheet, year: int) -> Printout:
        """权益记录单 on A4."""
        title = self._label("print.statement.title", year=year)
        return Printout(
            PrintKind.RIGHTS_STATEMENT, title, self._sheet(sheet, title, "print.statement")
        )

    def draft(self, slip: DraftSlip) -> Printout:
        """The code that finds a draft again."""
        label = self._label
        title = label("print.draft.title")
        blocks: tuple[Block, ...] = (
            Heading(title),
            Line(label("print.service"), slip.service_title, is_strong=True),
            LargeNumber(label("print.draft.code"), _in_halves(slip.code)),
            Paragraph(label("print.draft.not_submitted"), Weight.STRONG, is_centred=True),
            Paragraph(label("print.draft.use")),
            Line(label("print.draft.until"), _day(slip.kept_until)),
            Rule(),
            *self._foot(),
        )
        return Printout(PrintKind.DRAFT, title, blocks)

    def estimate(self, slip: EstimateSlip) -> Printout:
        """An estimate, which says so three times: title, figure, foot."""
        label = self._label
        title = label("print.estimate.title")
        blocks: tuple[Block, ...] = (
            Heading(title),
            LargeNumber(slip.result_label, slip.result),
            Paragraph(label("print.estimate.note"), Weight.STRONG),
            Rule(),
            Heading(label("print.estimate.how"), is_main=False),
            *_lines(slip.lines),
            Line(label("print.estimate.basis"), slip.as_of),
            Line(label("print.printed_at"), _moment(slip.printed_at)),
            Rule(),
            *self._foot(),
        )
        return Printout(PrintKind.ESTIMATE, title, blocks)

    def enrolment(self, masked_name: str, at: datetime, lines: Pairs) -> Printout:
        """What was kept of a person, and that it can be taken back."""
        label = self._label
        title = label("print.enrolment.title")
        blocks: tuple[Block, ...] = (
            Heading(title),
            Line(label("print.name"), masked_name),
            Line(label("print.printed_at"), _moment(at)),
            Rule(),
            *_lines(lines),
            Rule(),
            Paragraph(label("print.enrolment.note")),
            Paragraph(label("print.enrolment.back"), Weight.STRONG),
            Rule(),
            *self._foot(),
        )
        return Printout(PrintKind.ENROLMENT, title, blocks)

    def _sheet(self, sheet: ProofSheet, title: str, prefix: str) -> tuple[Block, ...]:
        label = self._label
        blocks: list[Block] = [
            Heading(title),
            Line(label(f"{prefix}.number"), sheet.number, is_strong=True),
            Rule(),
            Line(label("print.name"), sheet.name, is_strong=True),
            Line(label("print.citizen_id"), sheet.citizen_id),
            *_lines(sheet.lines),
        ]
        if sheet.purpose:
            blocks.append(Line(label("print.proof.purpose"), sheet.purpose))
        if sheet.header:
            blocks.append(Table(sheet.header, sheet.rows))
        blocks += [
            Rule(),
            Paragraph(label(f"{prefix}.note", as_of=sheet.as_of)),
            Line(label("print.printed_at"), _moment(sheet.printed_at)),
            QrCode(sheet.qr_text, label(f"{prefix}.check")),
            SealBox(label("print.sign"), label("print.seal")),
            *self._foot(),
        ]
        return tuple(blocks)

    def _foot(self) -> tuple[Block, ...]:
        return (
            Line(self._label("print.place"), self._ask.site),
            Line(self._label("print.ask"), self._ask.helper),
            Line(self._label("print.hotline"), self._ask.hotline, is_strong=True),
        )


def _lines(pairs: Pairs) -> tuple[Line, ...]:
    return tuple(Line(label, value) for label, value in pairs)


def _in_halves(code: str) -> str:
    """Digits in two groups, as they are read aloud."""
    digits = code.replace(" ", "")
    middle = len(digits) // 2
    return f"{digits[:middle]} {digits[middle:]}"


def _moment(at: datetime) -> str:
    local = at.astimezone(SITE_TIME_ZONE)
    return f"{_day(at)} {local:%H:%M}"


def _day(at: datetime) -> str:
    local = at.astimezone(SITE_TIME_ZONE)
    return f"{local.year}年{local.month}月{local.day}日"
