"""The services of one kiosk, in the order of its pages."""

from collections.abc import Iterable
from typing import get_args

from kiosk.domain.definition import (
    CatalogueError,
    Category,
    ServiceDefinition,
)
from kiosk.domain.definition_parse import parse_definition

__all__ = ["CATEGORIES", "Catalogue", "CatalogueError", "ServiceDefinition", "parse_definition"]

CATEGORIES: tuple[Category, ...] = get_args(Category)


class Catalogue:
    """The newest definitions that are offered, and the older ones that drafts and corrections still need."""

    def __init__(
        self,
        definitions: tuple[ServiceDefinition, ...],
        *,
        older: tuple[ServiceDefinition, ...] = (),
        hidden: frozenset[str] = frozenset(),
        first: tuple[str, ...] = (),
    ) -> None:
        """Take definitions in.

        Args:
            definitions: the newest of each service.
            older: what drafts and corrections still need; never offered.
            hidden: ids that this kiosk does not offer.
            first: ids that stand before the others of their category, in this order.
        Raises:
            CatalogueError: two newest definitions of one service.
        """
        ids = [definition.id for definition in definitions]
        doubles = tuple(
            sorted({f"{name}: 有两份定义；请留下一份" for name in ids if ids.count(name) > 1})
        )
        if doubles:
            raise CatalogueError(doubles)
        self._by_id = {definition.id: definition for definition in definitions}
        self._by_digest = {definition.digest: definition for definition in (*older, *definitions)}
        self._hidden = hidden
        self._first = first

    def with_older(self, older: tuple[ServiceDefinition, ...]) -> "Catalogue":
        """The same services, and definitions that drafts and corrections were begun with."""
        return self._again(older=(*older, *self._by_digest.values()))

    def arranged(self, hidden: frozenset[str], first: tuple[str, ...]) -> "Catalogue":
        """The same definitions as the site wants them offered.

        Raises:
            CatalogueError: an id that no service has.
        """
        unknown = sorted((hidden | set(first)) - self._by_id.keys())
        if unknown:
            raise CatalogueError(tuple(f"没有 {one} 这项业务" for one in unknown))
        return self._again(hidden=hidden, first=first)

    def _again(
        self,
        *,
        older: tuple[ServiceDefinition, ...] | None = None,
        hidden: frozenset[str] | None = None,
        first: tuple[str, ...] | None = None,
    ) -> "Catalogue":
        return Catalogue(
            tuple(self._by_id.values()),
            older=tuple(self._by_digest.values()) if older is None else older,
            hidden=self._hidden if hidden is None else hidden,
            first=self._first if first is None else first,
        )

    def services(self, category: str | None = None) -> tuple[ServiceDefinition, ...]:
        """The services that are offered, first tile first."""
        offered = (
            definition
            for definition in self._by_id.values()
            if definition.id not in self._hidden and category in (None, definition.category)
        )
        return tuple(sorted(offered, key=self._place))

    def _place(self, definition: ServiceDefinition) -> tuple[int, int, int, str]:
        is_first = definition.id in self._first
        rank = self._first.index(definition.id) if is_first else len(self._first)
        return (CATEGORIES.index(definition.category), rank, definition.order, definition.id)

    def categories(self) -> tuple[str, ...]:
        """The categories that have a service, in their fixed order."""
        return tuple(name for name in CATEGORIES if self.services(name))

    def find(self, service_id: str) -> ServiceDefinition | None:
        """The newest definition of that id, or None."""
        return self._by_id.get(service_id)

    def pinned(self, digest: str) -> ServiceDefinition | None:
        """The very definition that a draft or request was begun with, or None."""
        return self._by_digest.get(digest)

    def all_versions(self) -> Iterable[ServiceDefinition]:
        """Every definition, old ones too."""
        return self._by_digest.values()
