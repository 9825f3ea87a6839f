"""A small drawing surface with two outputs: SVG for the report, PNG for everything else."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

FONT = ("fonts", "XianglinSansSC-Regular.otf")
_SHARPER = 2
"""Pixels of the PNG for each unit of the drawing."""
_ANCHORS = {"start": "l", "middle": "m", "end": "r"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    colour: str
    width: float = 1.0
    dash: float = 0.0
    """Length of dash and gap; 0 is solid."""


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of words; ``at`` is on the base line."""

    at: Point
    words: str
    colour: str
    size: float = 13.0
    anchor: Anchor = "start"
    is_upright: bool = False
    """Turned by a quarter, read from below."""


Shape = Line | Area | Text


@dataclass(slots=True)
class Drawing:
    """Shapes in the order of painting."""

    width: int
    height: int
    title: str
    """What a screen reader says."""
    shapes: list[Shape] = field(default_factory=list)

    def line(
        self, points: Sequence[Point], colour: str, width: float = 1.0, dash: float = 0.0
    ) -> None:
        """Add a line."""
        self.shapes.append(Line(tuple(points), colour, width, dash))

    def area(self, points: Sequence[Point], colour: str, opacity: float = 1.0) -> None:
        """Add a filled polygon."""
        self.shapes.append(Area(tuple(points), colour, opacity))

    def box(self, corner: Point, size: Point, colour: str, opacity: float = 1.0) -> None:
        """Add a filled rectangle."""
        (x, y), (w, h) = corner, size
        self.area([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, opacity)

    def text(
        self,
        at: Point,
        words: str,
        colour: str,
        *,
        size: float = 13.0,
        anchor: Anchor = "start",
        is_upright: bool = False,
    ) -> None:
        """Add words."""
        self.shapes.append(Text(at, words, colour, size, anchor, is_upright))

    def svg(self) -> str:
        """As a self-contained SVG element."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" font-family="sans-serif">'
        )
        body = [head, f"<title>{escape(self.title)}</title>"]
        body.append(f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>')
        body += [_svg(shape) for shape in self.shapes]
        return "\n".join([*body, "</svg>"]) + "\n"

    def png(self) -> bytes:
        """As a PNG picture, twice as fine."""
        from PIL import Image, ImageDraw, ImageFont

        picture = Image.new("RGB", (self.width * _SHARPER, self.height * _SHARPER), "#ffffff")
        data = resources.files("assets").joinpath(*FONT).read_bytes()
        for shape in self.shapes:
            if isinstance(shape, Area):
                layer = Image.new("L", picture.size, 0)
                points = [_scaled(point) for point in shape.points]
                ImageDraw.Draw(layer).polygon(points, fill=round(255 * shape.opacity))
                picture.paste(shape.colour, (0, 0), layer)
            elif isinstance(shape, Line):
                pen = ImageDraw.Draw(picture)
                for piece in _dashes(shape.points, shape.dash):
                    pen.line(
                        [_scaled(point) for point in piece],
                        fill=shape.colour,
                        width=max(1, round(shape.width * _SHARPER)),
                        joint="curve",
                    )
            else:
                font = ImageFont.truetype(BytesIO(data), round(shape.size * _SHARPER))
                place = f"{_ANCHORS[shape.anchor]}s"
                if not shape.is_upright:
                    ImageDraw.Draw(picture).text(
                        _scaled(shape.at), shape.words, fill=shape.colour, font=font, anchor=place
                    )
                    continue
                _paste_upright(picture, shape, font)
        target = BytesIO()
        picture.save(target, "PNG", optimize=True)
        return target.getvalue()


def _paste_upright(picture: "Image", shape: Text, font: "FreeTypeFont") -> None:
    from PIL import Image as Pictures
    from PIL import ImageDraw

    left, top, right, bottom = font.getbbox(shape.words, anchor="ls")
    size = (math.ceil(right - left) + 4, math.ceil(bottom - top) + 4)
    layer = Pictures.new("L", size, 0)
    ImageDraw.Draw(layer).text((2 - left, 2 - top), shape.words, fill=255, font=font, anchor="ls")
    turned = layer.rotate(90, expand=True)
    x, y = _scaled(shape.at)
    lift = {"start": turned.height, "middle": turned.height / 2, "end": 0}[shape.anchor]
    place = (round(x + top), round(y - lift))
    picture.paste(shape.colour, (*place, place[0] + turned.width, place[1] + turned.height), turned)


def _scaled(point: Point) -> Point:
    return point[0] * _SHARPER, point[1] * _SHARPER


def _dashes(points: tuple[Point, ...], dash: float) -> list[list[Point]]:
    if dash <= 0:
        return [list(points)]
    pieces: list[list[Point]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        steps = math.ceil(length / (2 * dash)) if length else 0
        for step in range(steps):
            start, end = 2 * dash * step, min(length, 2 * dash * step + dash)
            pieces.append(
                [
                    (x0 + (x1 - x0) * part / length, y0 + (y1 - y0) * part / length)
                    for part in (start, end)
                ]
            )
    return pieces


def _svg(shape: Shape) -> str:
    if isinstance(shape, Text):
        x, y = shape.at
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if shape.is_upright else ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{shape.colour}" font-size="{shape.size:g}" '
            f'text-anchor="{shape.anchor}"{turn}>{escape(shape.words)}</text>'
        )
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
    if isinstance(shape, Area):
        return (
            f'<polygon points="{points}" fill="{shape.colour}" fill-opacity="{shape.opacity:g}"/>'
        )
    dash = f' stroke-dasharray="{shape.dash:g}"' if shape.dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{shape.colour}" '
        f'stroke-width="{shape.width:g}"{dash}/>'
    )
