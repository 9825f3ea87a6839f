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
    ) -> None:
        ids = [definition.id for definition in definitions]
        doubles = tuple(
            sorted({f"{name}: 有两份定义；请留下一份" for name in ids if ids.count(name) > 1})
        )
        if doubles:
            raise CatalogueError(doubles)
        self._by_id = {definition.id: definition for definition in definitions}
        self._by_digest = {definition.digest: definition for definition in (*older, *definitions)}
        self._hidden = hidden

    def with_older(self, older: tuple[ServiceDefinition, ...]) -> "Catalogue":
        """The same services, and definitions that drafts and corrections were begun with."""
        return Catalogue(tuple(self._by_id.values()), older=older, hidden=self._hidden)

    def services(self, category: str | None = None) -> tuple[ServiceDefinition, ...]:
        """The services that are offered, first tile first."""
        offered = (
            definition
            for definition in self._by_id.values()
            if definition.id not in self._hidden and category in (None, definition.category)
        )
        return tuple(sorted(offered, key=_place))

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


def _place(definition: ServiceDefinition) -> tuple[int, int, str]:
    return (CATEGORIES.index(definition.category), definition.order, definition.id)
