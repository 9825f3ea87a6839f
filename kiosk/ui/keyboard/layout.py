"""Which sign stands where.

The letters stand in alphabetical order, seven in a row on a portrait screen and nine on a landscape one. Ten in a
row, as on a typewriter, would be 19 mm wide on the portrait screen; seven are 31 mm. And who never typed
looks for a letter from a to z, as in a dictionary: nobody over 75 in a village knows QWERTY by heart.
"""

from collections.abc import Sequence

from accessibility.input_method.composition import STROKES
from kiosk.ui.widgets.keypad import DELETE

Rows = Sequence[Sequence[str]]
"""Signs in rows; an empty one widens the sign before it."""

DOT = "·"
HYPHEN = "-"


def letters(*, is_landscape: bool) -> Rows:
    """Return a to z and delete."""
    columns = 9 if is_landscape else 7
    signs = [*"abcdefghijklmnopqrstuvwxyz", DELETE]
    signs += [""] * (-len(signs) % columns)
    return [signs[first : first + columns] for first in range(0, len(signs), columns)]


def strokes(*, is_landscape: bool) -> Rows:
    """Return the five strokes and delete."""
    signs = [*STROKES, DELETE]
    return [signs] if is_landscape else [signs[:3], signs[3:]]


def digits(*, is_landscape: bool) -> Rows:
    """Return the digits of house numbers, with a hyphen."""
    if is_landscape:
        return [[*"12345", DELETE], [*"67890", HYPHEN]]
    return [[*"123"], [*"456"], [*"789"], [HYPHEN, "0", DELETE]]
