"""One block after another as strips of paper; a strip is never cut in two by the edge of a sheet."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import segno

from kiosk.devices.print_type import break_lines, font, printable, width_of
from kiosk.domain.printout import (
    Block,
    Heading,
    LargeNumber,
    Line,
    PageBreak,
    Paragraph,
    PrintTarget,
    QrCode,
    Rule,
    SealBox,
    Table,
    Weight,
)

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

BLACK, WHITE = 0, 255
LEADING = 1.36
"""Height of a line against its type: the eye of an old reader must find the next one."""
QUIET_MODULES = 4
"""White around a QR symbol. Source: ISO/IEC 18004."""
MINIMUM_MODULE_MM = 0.33
"""Below this cheap cameras and thermal paper lose modules."""
_LARGEST_MODULE_MM = {False: 0.75, True: 0.55}
"""On a roll and on a sheet, which is printed and read more sharply."""
_QR_SHARE = 0.62
"""Of the width, that a symbol takes when it may be larger than it must."""


class DoesNotFit(ValueError):
    """A QR symbol has more modules than the paper can show."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of paper as wide as the room between the margins."""

    picture: "Image"
    keeps_next: bool = False
    """A heading does not stand alone at the foot of a sheet."""
    header: "Image | None" = None
    """Drawn once more when this strip begins a sheet, as a table's first row is."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The sheet ends here."""


def all_strips(blocks: tuple[Block, ...], target: PrintTarget) -> Iterator[Strip | Cut]:
    """Draw blocks one below the other, a little apart.

    Raises:
        DoesNotFit: a QR symbol is too dense for this paper.
    """
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        after = waiting[0] if waiting else None
        if isinstance(block, QrCode) and isinstance(after, SealBox) and target.height is not None:
            yield _code_beside_seal(block, after, target)
            waiting.pop(0)
        else:
            yield from strips_of(block, target)
        if not isinstance(block, Rule):
            is_heading = isinstance(block, Heading | LargeNumber)
            yield gap(target, 0.3 if is_heading else 0.12, keeps_next=is_heading)


def strips_of(block: Block, target: PrintTarget) -> Iterator[Strip | Cut]:
    """Draw one block.

    Raises:
        DoesNotFit: a QR symbol is too dense for this paper.
    """
    match block:
        case Heading():
            yield from _heading(block, target)
        case LargeNumber():
            yield from _large_number(block, target)
        case Line():
            yield from _line(block.label, block.value, target, is_bold=block.is_strong)
        case Paragraph():
            yield from _paragraph(block, target)
        case Table():
            yield from _table(block, target)
        case QrCode():
            yield from _qr_code(block, target)
        case SealBox():
            yield _seal_box(block, target)
        case Rule():
            yield _rule(target)
        case PageBreak():
            yield Cut()


def gap(target: PrintTarget, share: float = 0.4, *, keeps_next: bool = False) -> Strip:
    """White paper, in parts of a line."""
    return Strip(_blank(target, max(1, round(target.text * share)))[0], keeps_next)


def _blank(target: PrintTarget, height: int) -> "tuple[Image, ImageDraw]":
    from PIL import Image, ImageDraw

    picture = Image.new("L", (target.room, height), WHITE)
    return picture, ImageDraw.Draw(picture)


def _text_strip(
    text: str,
    target: PrintTarget,
    size: int,
    *,
    is_bold: bool = False,
    is_centred: bool = False,
    keeps_next: bool = False,
) -> Strip:
    height = round(size * LEADING)
    picture, draw = _blank(target, height)
    chosen = font(size, is_bold=is_bold)
    left = (target.room - chosen.getlength(text)) / 2 if is_centred else 0.0
    draw.text((max(0.0, left), height / 2), text, BLACK, chosen, anchor="lm")
    return Strip(picture, keeps_next)


def _heading(block: Heading, target: PrintTarget) -> Iterator[Strip]:
    size = round(target.text * (1.35 if block.is_main else 1.1))
    for text in break_lines(block.text, target.room, size, is_bold=True):
        yield _text_strip(text, target, size, is_bold=True, is_centred=True, keeps_next=True)


def _large_number(block: LargeNumber, target: PrintTarget) -> Iterator[Strip]:
    yield _text_strip(printable(block.label), target, target.text, is_centred=True, keeps_next=True)
    text = printable(block.number).replace("\n", " ")
    widest = width_of(text, 100, is_bold=True) / 100
    size = min(round(target.text * 2.6), math.floor((target.room - 2) / max(widest, 1.0)))
    if size < target.text:
        # Far longer than any receipt number: rather several lines than small type.
        size = round(target.text * 1.3)
    for line in break_lines(text, target.room, size, is_bold=True):
        yield _text_strip(line, target, size, is_bold=True, is_centred=True, keeps_next=True)


def _line(label: str, value: str, target: PrintTarget, *, is_bold: bool = False) -> Iterator[Strip]:
    size = target.text
    head = f"{printable(label)}："
    head_room = width_of(head, size)
    column = max(head_room, 5.2 * size)
    values = break_lines(value, max(target.room - column, 1), size, is_bold=is_bold)
    if column > target.room / 2 or (target.is_narrow and len(values) > 2):
        # No room beside the label: below it, a little to the right.
        for text in break_lines(head, target.room, size):
            yield _text_strip(text, target, size, keeps_next=True)
        column = float(size)
        values = break_lines(value, target.room - column, size, is_bold=is_bold)
        head = ""
    for text in values:
        height = round(size * LEADING)
        picture, draw = _blank(target, height)
        draw.text((0, height / 2), head, BLACK, font(size), anchor="lm")
        draw.text((column, height / 2), text, BLACK, font(size, is_bold=is_bold), anchor="lm")
        yield Strip(picture)
        head = ""


def _paragraph(block: Paragraph, target: PrintTarget) -> Iterator[Strip]:
    scale = {Weight.SMALL: 0.86, Weight.NORMAL: 1.0, Weight.STRONG: 1.12}[block.weight]
    size = round(target.text * scale)
    is_bold = block.weight is Weight.STRONG
    for text in break_lines(block.text, target.room, size, is_bold=is_bold):
        yield _text_strip(text, target, size, is_bold=is_bold, is_centred=block.is_centred)
    yield gap(target, 0.2)


def _table(block: Table, target: PrintTarget) -> Iterator[Strip]:
    if target.is_narrow:
        for row in block.rows:
            for label, value in zip(block.header, row, strict=True):
                yield from _line(label, value, target)
            yield _rule(target, share=0.3)
        return
    widths = _column_widths(block, target)
    header = _table_row(block.header, widths, target, is_bold=True)
    yield gap(target, 0.3)
    yield Strip(header, keeps_next=True)
    for row in block.rows:
        yield Strip(_table_row(row, widths, target), header=header)
    yield gap(target, 0.2)


def _column_widths(block: Table, target: PrintTarget) -> list[int]:
    """Room for each column: what its longest cell asks for, shrunk together where that is too much."""
    wanted = [
        max(width_of(printable(row[column]), target.text, is_bold=True) for row in rows)
        + target.text
        for rows in ((block.header, *block.rows),)
        for column in range(len(block.header))
    ]
    scale = target.room / sum(wanted)
    widths = [math.floor(wish * scale) for wish in wanted]
    widths[-1] += target.room - sum(widths)
    return widths


def _table_row(
    cells: tuple[str, ...], widths: list[int], target: PrintTarget, *, is_bold: bool = False
) -> "Image":
    size = target.text
    pad = size // 2
    broken = [
        break_lines(cell, width - 2 * pad, size, is_bold=is_bold)
        for cell, width in zip(cells, widths, strict=True)
    ]
    step = round(size * LEADING)
    height = step * max(map(len, broken)) + pad
    picture, draw = _blank(target, height)
    left = 0
    for lines, width in zip(broken, widths, strict=True):
        draw.rectangle((left, 0, left + width - 1, height - 1), outline=BLACK)
        for number, text in enumerate(lines):
            middle = pad / 2 + step * (number + 0.5)
            draw.text((left + pad, middle), text, BLACK, font(size, is_bold=is_bold), anchor="lm")
        left += width
    return picture


def _qr_symbol(content: str, target: PrintTarget) -> "Image":
    from PIL import Image, ImageDraw

    rows = tuple(segno.make(content, error="m", micro=False).matrix)
    side = len(rows) + 2 * QUIET_MODULES
    module = module_dots(side, target)
    picture = Image.new("L", (side * module, side * module), WHITE)
    draw = ImageDraw.Draw(picture)
    for y, row in enumerate(rows, start=QUIET_MODULES):
        for x, is_dark in enumerate(row, start=QUIET_MODULES):
            if is_dark:
                left, top = x * module, y * module
                draw.rectangle((left, top, left + module - 1, top + module - 1), BLACK)
    return picture


def _qr_code(block: QrCode, target: PrintTarget) -> Iterator[Strip]:
    symbol = _qr_symbol(block.content, target)
    picture, _ = _blank(target, symbol.height)
    picture.paste(symbol, ((target.room - symbol.width) // 2, 0))
    yield Strip(picture, keeps_next=bool(block.caption))
    size = round(target.text * 0.86)
    for text in break_lines(block.caption, target.room, size) if block.caption else ():
        yield _text_strip(text, target, size, is_centred=True)


def module_dots(side: int, target: PrintTarget) -> int:
    """Dots of one module: as large as is comfortable, never smaller than cameras and thermal paper bear.

    Args:
        side: modules of the symbol with its quiet zone.
    Raises:
        DoesNotFit: the paper is too narrow for such a symbol.
    """
    smallest = max(1, math.ceil(MINIMUM_MODULE_MM * target.dots_per_mm - 1e-9))
    largest = max(
        smallest, math.floor(_LARGEST_MODULE_MM[target.height is not None] * target.dots_per_mm)
    )
    chosen = min(largest, max(smallest, math.floor(target.room * _QR_SHARE / side)))
    if chosen * side > target.room:
        raise DoesNotFit(f"a symbol of {side} modules does not fit {target.room} dots")
    return chosen


def _code_beside_seal(code: QrCode, seal: SealBox, target: PrintTarget) -> Strip:
    """On a sheet the code stands left of signature and seal, so that both fit its foot."""
    symbol = _qr_symbol(code.content, target)
    size = round(target.text * 0.75)
    captions = break_lines(code.caption, symbol.width, size)
    box = _seal_box(seal, replace(target, width=target.width - symbol.width - target.text)).picture
    height = max(symbol.height + round(size * LEADING) * len(captions), box.height)
    picture, draw = _blank(target, height)
    picture.paste(symbol, (0, 0))
    picture.paste(box, (target.room - box.width, 0))
    for number, text in enumerate(captions):
        middle = symbol.height + size * LEADING * (number + 0.5)
        draw.text((symbol.width / 2, middle), text, BLACK, font(size), anchor="mm")
    return Strip(picture)


def _rule(target: PrintTarget, share: float = 0.6) -> Strip:
    height = max(3, round(target.text * share))
    picture, draw = _blank(target, height)
    thick = max(1, target.text // 16)
    draw.rectangle((0, height // 2, target.room - 1, height // 2 + thick - 1), BLACK)
    return Strip(picture)


def _seal_box(block: SealBox, target: PrintTarget) -> Strip:
    """A line to sign on and a box for the seal: beside each other, on a roll below each other."""
    size = target.text
    side = round(min(target.room * 0.5, size * 7.5))
    height = side if not target.is_narrow else side + 2 * size
    picture, draw = _blank(target, height + size // 2)
    label = printable(block.signature_label)
    signature_top = size if target.is_narrow else side // 2
    end = target.room - 1 if target.is_narrow else target.room - side - size
    draw.text((0, signature_top), label, BLACK, font(size), anchor="lm")
    start = min(width_of(label, size) + size // 4, end)
    draw.line((start, signature_top + size * 0.6, end, signature_top + size * 0.6), BLACK, 2)
    left, top = target.room - side, height - side
    draw.rectangle((left, top, target.room - 1, height - 1), outline=BLACK, width=2)
    small = round(size * 0.86)
    for number, text in enumerate(break_lines(block.seal_label, side - size, small)):
        middle = top + size * 0.8 + number * small * LEADING
        draw.text((left + side / 2, middle), text, BLACK, font(small), anchor="mm")
    return Strip(picture)
