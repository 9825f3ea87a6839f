"""The one way from a printout to dots: for both rolls, for A4 and for the screen."""

import math
from typing import TYPE_CHECKING

from kiosk.devices.print_strip import BLACK, WHITE, Cut, Strip, all_strips, gap
from kiosk.devices.print_type import font, printable, width_of
from kiosk.domain.printout import Printout, PrintTarget

if TYPE_CHECKING:
    from PIL.Image import Image

_THRESHOLD = 150
"""Grey of a letter's edge that still becomes black: thermal paper prints thin strokes too pale otherwise."""


def render_printout(printout: Printout, target: PrintTarget) -> "tuple[Image, ...]":
    """Draw a printout.

    Returns:
        one picture for each sheet, or for each piece of a roll; mode ``1``, or ``L`` for a grey target.
    Raises:
        DoesNotFit: a QR symbol is too dense for this paper.
    """
    pages = _pages(printout, target)
    pictures = []
    for number, strips in enumerate(pages, start=1):
        page = _joined(strips, target)
        if target.height is not None and len(pages) > 1:
            _write_foot(page, f"第 {number} 页，共 {len(pages)} 页", target)
        if printout.watermark:
            _write_watermark(page, printable(printout.watermark), target)
        pictures.append(page if target.is_grey else page.point(_black_or_white, "1"))
    return tuple(pictures)


def _black_or_white(shade: int) -> int:
    return WHITE if shade > _THRESHOLD else BLACK


def _pages(printout: Printout, target: PrintTarget) -> list[list[Strip]]:
    """Share the strips out to sheets; what keeps with the next moves over with it."""
    pages: list[list[Strip]] = [[]]
    room = target.height - 2 * target.edge if target.height is not None else None
    for group in _groups(printout, target):
        if group is None:
            pages.append([])
            continue
        used = sum(strip.picture.height for strip in pages[-1])
        needed = sum(strip.picture.height for strip in group)
        if room is not None and pages[-1] and used + needed > room:
            pages.append([Strip(group[0].header)] if group[0].header is not None else [])
        pages[-1] += group
    return [page for page in pages if page] or [[gap(target)]]


def _groups(printout: Printout, target: PrintTarget) -> list[list[Strip] | None]:
    """Strips that stay on one sheet; None where a sheet ends."""
    groups: list[list[Strip] | None] = []
    open_group: list[Strip] = _corner(printout, target)
    for strip in all_strips(printout.blocks, target):
        if isinstance(strip, Cut):
            groups += [open_group, None] if open_group else [None]
            open_group = []
            continue
        open_group.append(strip)
        if not strip.keeps_next:
            groups.append(open_group)
            open_group = []
    return [*groups, open_group] if open_group else groups


def _corner(printout: Printout, target: PrintTarget) -> list[Strip]:
    """The mark of a paper that came out before, white on black."""
    from PIL import Image, ImageDraw

    words = [word for word in (printout.mark, printout.watermark) if word]
    if not words:
        return []
    text = printable(" · ".join(words))
    size = target.text
    picture = Image.new("L", (target.room, round(size * 1.7)), WHITE)
    draw = ImageDraw.Draw(picture)
    width = min(target.room, round(width_of(text, size, is_bold=True) + size))
    left = (target.room - width) // 2
    draw.rectangle((left, 0, left + width - 1, round(size * 1.4)), BLACK)
    middle = (target.room / 2, size * 0.72)
    draw.text(middle, text, WHITE, font(size, is_bold=True), anchor="mm")
    return [Strip(picture, keeps_next=True)]


def _joined(strips: list[Strip], target: PrintTarget) -> "Image":
    from PIL import Image

    height = target.height or sum(strip.picture.height for strip in strips) + 2 * target.edge
    page = Image.new("L", (target.width, height), WHITE)
    top = target.edge
    for strip in strips:
        page.paste(strip.picture, (target.margin, top))
        top += strip.picture.height
    return page


def _write_foot(page: "Image", text: str, target: PrintTarget) -> None:
    from PIL import ImageDraw

    size = round(target.text * 0.75)
    place = (page.width / 2, page.height - target.edge / 2)
    ImageDraw.Draw(page).text(place, text, BLACK, font(size), anchor="mm")


def _write_watermark(page: "Image", text: str, target: PrintTarget) -> None:
    """Write words across the page again and again: grey where there are shades, a fine pattern where not."""
    from PIL import Image, ImageChops, ImageDraw

    size = round(target.text * 2.4)
    step_x, step_y = round(width_of(text, size, is_bold=True) + size), size * 4
    # Larger than the page, because it is turned about its middle.
    side = math.ceil(math.hypot(page.width, page.height)) + step_y
    layer = Image.new("L", (side, side), WHITE)
    draw = ImageDraw.Draw(layer)
    for row, y in enumerate(range(0, side, step_y)):
        for x in range(-(row % 2) * step_x // 2, side, step_x):
            draw.text((x, y), text, 190 if target.is_grey else BLACK, font(size, is_bold=True))
    turned = layer.rotate(30, fillcolor=WHITE)
    left, top = (side - page.width) // 2, (side - page.height) // 2
    words = turned.crop((left, top, left + page.width, top + page.height))
    if not target.is_grey:
        words = ImageChops.lighter(words, _pattern(page.size))
    page.paste(ImageChops.darker(page, words))


def _pattern(size: tuple[int, int]) -> "Image":
    """One black dot in nine: words that lie under others stay readable."""
    from PIL import Image

    tile = Image.new("L", (3, 3), WHITE)
    tile.putpixel((1, 1), BLACK)
    pattern = Image.new("L", size, WHITE)
    row = Image.new("L", (size[0], 3), WHITE)
    for x in range(0, size[0], 3):
        row.paste(tile, (x, 0))
    for y in range(0, size[1], 3):
        pattern.paste(row, (0, y))
    return pattern
