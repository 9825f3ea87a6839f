"""A signature drawn with the finger."""

from itertools import pairwise
from math import isqrt

from kiosk.domain.fields.base import FieldFault

TYPE = "signature"
SIDE = 1000
"""Points are whole numbers from 0 to this in both directions, of the drawing area."""
MOST_POINTS = 4000
"""About 40 s of drawing at 100 points a second."""
MOST_STROKES = 200
LEAST_INK = 400
"""Length of all strokes together; less is a dot or a tick."""
LEAST_WIDTH = 25
"""How far ink must leave one straight line; a trembling scratch stays below."""

Point = tuple[int, int]


def check_signature(strokes: object) -> list[list[list[int]]]:
    """Check a signature.

    Args:
        strokes: a list of strokes, each a list of points ``[x, y]``.
    Returns:
        The strokes without empty ones and without repeated points.
    Raises:
        FieldFault: nothing drawn, a dot, one straight scratch, far too much, or damaged.
    """
    if not isinstance(strokes, list | tuple):
        raise FieldFault(TYPE, "damaged")
    if len(strokes) > MOST_STROKES:
        raise FieldFault(TYPE, "too_much")
    drawn: list[list[Point]] = []
    total = 0
    for stroke in strokes:
        if not isinstance(stroke, list | tuple):
            raise FieldFault(TYPE, "damaged")
        total += len(stroke)
        if total > MOST_POINTS:
            raise FieldFault(TYPE, "too_much")
        if points := _points(stroke):
            drawn.append(points)
    if not drawn:
        raise FieldFault(TYPE, "empty")
    if sum(_length(stroke) for stroke in drawn) < LEAST_INK:
        raise FieldFault(TYPE, "too_small")
    if _is_straight([point for stroke in drawn for point in stroke]):
        raise FieldFault(TYPE, "straight")
    return [[[x, y] for x, y in stroke] for stroke in drawn]


def _points(stroke: list[object] | tuple[object, ...]) -> list[Point]:
    points: list[Point] = []
    for value in stroke:
        if not (isinstance(value, list | tuple) and len(value) == 2):
            raise FieldFault(TYPE, "damaged")
        x, y = value
        if not (type(x) is int and type(y) is int and 0 <= x <= SIDE and 0 <= y <= SIDE):
            raise FieldFault(TYPE, "damaged")
        if not points or points[-1] != (x, y):
            points.append((x, y))
    return points


def _length(stroke: list[Point]) -> int:
    return sum(isqrt(_square(one, other)) for one, other in pairwise(stroke))


def _square(one: Point, other: Point) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _is_straight(points: list[Point]) -> bool:
    """Whether all points lie close to the line between two that are far apart."""
    start = max(points, key=lambda point: _square(points[0], point))
    end = max(points, key=lambda point: _square(start, point))
    reach = _square(start, end)
    across, down = end[0] - start[0], end[1] - start[1]
    widest = max(abs(across * (y - start[1]) - down * (x - start[0])) for x, y in points)
    # Distance from the line is widest / √reach.
    return widest**2 < LEAST_WIDTH**2 * reach
