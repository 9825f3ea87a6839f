"""Finds the gaps between the parts of a page and fills them with words of falling size."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QRect

STEP_EM = 0.5
"""Between two places that are tried."""
APART = 1.5
"""How much room a word keeps for itself, of its own size."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the middle of a word stands, in pixels."""

    x: int
    y: int
    em: int


class _Taken:
    """Which cells of a grid are taken; whether a box is free costs four look-ups (a summed-area table)."""

    def __init__(self, room: QRect, boxes: Sequence[QRect], cell: int) -> None:
        self._room, self._cell = room, cell
        columns, rows = -(-room.width() // cell), -(-room.height() // cell)
        grid = [bytearray(columns) for _ in range(rows)]
        for box in boxes:
            left, top, right, bottom = self._cells(box.intersected(room))
            for row in grid[top:bottom]:
                row[left:right] = bytes([1]) * len(row[left:right])
        above = [0] * (columns + 1)
        self._sums = [above]
        for row in grid:
            above = [up + own for up, own in zip(above, accumulate(row, initial=0), strict=True)]
            self._sums.append(above)

    def is_free(self, box: QRect) -> bool:
        """Whether a box lies in the room and touches nothing."""
        if not self._room.contains(box):
            return False
        left, top, right, bottom = self._cells(box)
        upper, lower = self._sums[top], self._sums[bottom]
        return lower[right] - lower[left] == upper[right] - upper[left]

    def _cells(self, box: QRect) -> tuple[int, int, int, int]:
        left, top = box.left() - self._room.left(), box.top() - self._room.top()
        right, bottom = left + box.width(), top + box.height()
        cell = self._cell
        return left // cell, top // cell, -(-right // cell), -(-bottom // cell)


def fill_gaps(
    room: QRect,
    boxes: Sequence[QRect],
    sizes: Sequence[int],
    extent_em: tuple[float, float],
    cell: int,
) -> tuple[Spot, ...]:
    """Put words into the gaps, the large ones first.

    Args:
        room: where words may stand, in pixels.
        boxes: what they must not touch.
        sizes: of the words, in pixels, falling.
        extent_em: width and height that a word covers, in em.
        cell: fineness of the search, in pixels.
    """
    taken = _Taken(room, boxes, cell)
    spots: list[Spot] = []
    for em in sizes:
        width, height = round(extent_em[0] * em), round(extent_em[1] * em)
        step = max(1, round(em * STEP_EM))
        for top in range(room.top(), room.bottom() - height + 2, step):
            for left in range(room.left(), room.right() - width + 2, step):
                if taken.is_free(QRect(left, top, width, height)):
                    spot = Spot(left + width // 2, top + height // 2, em)
                    if all(_is_apart(spot, other, extent_em) for other in spots):
                        spots.append(spot)
    return tuple(spots)


def _is_apart(one: Spot, other: Spot, extent_em: tuple[float, float]) -> bool:
    reach = APART * (one.em + other.em) / 2
    return (
        abs(one.x - other.x) >= extent_em[0] * reach or abs(one.y - other.y) >= extent_em[1] * reach
    )
