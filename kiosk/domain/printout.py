"""What is printed, as a list of blocks that knows nothing of paper: the renderer lays it out for each width."""

import enum
from dataclasses import dataclass, field, replace

PRACTICE_WATERMARK = "练习 · 无效"
"""Across every paper of the practice mode, so that nobody takes it for a receipt."""

REPRINT_MARK = "补打"
"""On a paper that may have come out before."""


class PrintKind(enum.Enum):
    """What a paper is; the value is stored and stands in its signed code."""

    RECEIPT = "receipt"
    ANSWER = "answer"
    PARTICIPATION_PROOF = "participation_proof"
    RIGHTS_STATEMENT = "rights_statement"
    DRAFT = "draft"
    ESTIMATE = "estimate"
    ENROLMENT = "enrolment"


class Weight(enum.Enum):
    """How loud a paragraph is."""

    SMALL = "small"
    NORMAL = "normal"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title in the middle of the paper."""

    text: str
    is_main: bool = True


@dataclass(frozen=True, slots=True)
class LargeNumber:
    """A number that weak eyes read at arm's length: as large as the width allows."""

    label: str
    number: str


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its value, side by side where both fit."""

    label: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a line feed begins a new line."""

    text: str
    weight: Weight = Weight.NORMAL
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal rank; on a narrow paper every row becomes a group of label and value."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code for another terminal, with a caption for people."""

    content: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class SealBox:
    """Room for a signature and a seal: printed where a paper counts only with one."""

    signature_label: str
    seal_label: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A new sheet; a cut mark on a roll."""


Block = Heading | LargeNumber | Line | Paragraph | Table | Rule | QrCode | SealBox | PageBreak

BLOCK_TYPES: tuple[type[Block], ...] = (
    Heading,
    LargeNumber,
    Line,
    Paragraph,
    Table,
    Rule,
    QrCode,
    SealBox,
    PageBreak,
)


@dataclass(frozen=True, slots=True)
class Printout:
    """One paper. It may hold personal data, which therefore stays out of its repr."""

    kind: PrintKind
    title: str
    """For the printer's queue and for staff: never personal."""
    blocks: tuple[Block, ...] = field(repr=False)
    watermark: str = ""
    """Words across the whole paper."""
    mark: str = ""
    """A word in the corner, such as 补打."""

    def practice(self) -> "Printout":
        """The same paper, worth nothing and saying so; without its code, which would be found genuine."""
        blocks = tuple(block for block in self.blocks if not isinstance(block, QrCode))
        return replace(self, blocks=blocks, watermark=PRACTICE_WATERMARK)

    def reprint(self) -> "Printout":
        """The same paper, marked as one that may have come out before."""
        return replace(self, mark=REPRINT_MARK)


@dataclass(frozen=True, slots=True)
class PrintTarget:
    """A paper or a screen: how many dots there are and how large the type is."""

    width: int
    """Dots that can be printed."""
    dots_per_mm: float
    text: int
    """Height of running text in dots."""
    margin: int
    height: int | None = None
    """Dots of a sheet; None for a roll."""
    is_grey: bool = False
    """Shades instead of black and white."""

    @property
    def room(self) -> int:
        """Dots between the margins."""
        return self.width - 2 * self.margin

    @property
    def edge(self) -> int:
        """White dots above and below; a sheet is read in one piece, so it is rather filled than continued."""
        return self.margin if self.height is None else round(self.margin * 0.7)

    @property
    def is_narrow(self) -> bool:
        """Too few letters on a line for columns."""
        return self.room < 24 * self.text


THERMAL_DOTS_PER_MM = 203 / 25.4

ROLL_58 = PrintTarget(width=384, dots_per_mm=THERMAL_DOTS_PER_MM, text=28, margin=8)
"""A 58 mm roll: 48 mm are printed, text 3.5 mm high."""

ROLL_80 = PrintTarget(width=576, dots_per_mm=THERMAL_DOTS_PER_MM, text=32, margin=12)
"""An 80 mm roll: 72 mm are printed, text 4 mm high."""

A4 = PrintTarget(width=1654, height=2339, dots_per_mm=200 / 25.4, text=36, margin=158, is_grey=True)
"""A sheet at 200 dpi with 20 mm margins, text 4.6 mm high (13 pt)."""


def screen_target(width: int) -> PrintTarget:
    """A preview of a roll, so many pixels wide.

    Raises:
        ValueError: too narrow to read anything.
    """
    if width < 200:
        raise ValueError("a preview has at least 200 pixels")
    scale = width / ROLL_80.width
    return PrintTarget(
        width=width,
        dots_per_mm=ROLL_80.dots_per_mm * scale,
        text=max(14, round(ROLL_80.text * scale)),
        margin=max(6, round(ROLL_80.margin * scale)),
        is_grey=True,
    )
