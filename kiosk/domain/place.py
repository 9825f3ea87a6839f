"""The tree of places: 省, 市, 县, 乡镇, 村 with its groups.

Source: GB/T 2260 (two digits each for province, city and county), GB/T 10114 (three each for township and village).
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

CODE_LENGTHS = (2, 4, 6, 9, 12)
"""Digits that count, from the province down to the village; the rest are zeros."""


class PlaceNode(BaseModel):
    """A place and what lies below it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    name: Annotated[str, Field(min_length=2, max_length=14)]
    """As people call it."""
    groups: Annotated[int, Field(ge=0, le=99)] = 0
    """How many groups (组) a village has; 0 for none, and above the villages."""
    children: tuple["PlaceNode", ...] = ()
    """The level below; none below a village."""

    @property
    def is_village(self) -> bool:
        """Whether an address may end here."""
        return code_length(self.code) == CODE_LENGTHS[-1]


def code_length(code: str) -> int:
    """How many digits of a region code count."""
    return next(length for length in CODE_LENGTHS if not code[length:].strip("0"))


def walk_places(nodes: tuple[PlaceNode, ...]) -> Iterator[tuple[PlaceNode, ...]]:
    """Every place as the path from the top down to it."""
    for node in nodes:
        yield (node,)
        for path in walk_places(node.children):
            yield (node, *path)


def place_faults(nodes: tuple[PlaceNode, ...]) -> Iterator[str]:
    """What the shape cannot say: codes that lie within each other, every branch down to a village, no doubles."""
    seen: set[str] = set()
    for path in walk_places(nodes):
        node = path[-1]
        if node.code in seen:
            yield f"places: {node.code} stands twice"
        seen.add(node.code)
        if code_length(node.code) != CODE_LENGTHS[min(len(path), len(CODE_LENGTHS)) - 1]:
            yield f"places: {node.code} has no code of level {len(path)}"
        if len(path) > 1 and not _lies_within(node.code, path[-2].code):
            yield f"places: {node.code} does not lie within {path[-2].code}"
        if node.is_village and node.children:
            yield f"places: {node.code} is a village and has places below it"
        if not node.is_village and not node.children:
            yield f"places: {node.code} has nothing below it"
        if node.groups and not node.is_village:
            yield f"places: {node.code} has groups but is no village"


def _lies_within(code: str, outer: str) -> bool:
    return code.startswith(outer[: code_length(outer)])
