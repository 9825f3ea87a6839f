"""What a form asks of the county's tables; ``kiosk.domain.county`` is one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from kiosk.domain.json_values import JsonValue


class PlaceNode(Protocol):
    """A place and what lies below it."""

    @property
    def code(self) -> str:
        """Region code of 12 digits, GB/T 2260 and 10114."""

    @property
    def name(self) -> str:
        """As people call it."""

    @property
    def children(self) -> Sequence["PlaceNode"]:
        """The level below; empty for a village."""

    @property
    def groups(self) -> int:
        """How many groups a village has, 0 for none; None when the code is no village."""


class CountyTables(Protocol):
    """Places, hospitals, tiers, banks."""

    @property
    def places(self) -> Sequence[PlaceNode]:
        """The top of the tree."""

    def options(self, table: str) -> Sequence[tuple[str, str]]:
        """The choices of a table: value and title."""

    def issuers(self) -> Mapping[str, str]:
        """First digits of bank cards to the bank's name."""

    def facts(self) -> Mapping[str, JsonValue]:
        """What conditions may ask for as ``county.…``."""

    def names(self, code: str) -> tuple[str, ...]:
        """The names from the top down to a place; empty when it is unknown."""

    def keyboard_words(self) -> Sequence[str]:
        """Surnames and words of addresses that are ranked up on the keyboard."""

    def group_count(self, code: str) -> int | None:
        """How many groups a village has, 0 for none; None when the code is no village."""


def place_names(nodes: Sequence[PlaceNode]) -> Iterator[str]:
    """The name of every place of a tree, such as for the keyboard."""
    for node in nodes:
        yield node.name
        yield from place_names(node.children)
