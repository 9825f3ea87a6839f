"""A dialect with all that it inherits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accessibility.dialects.schema import Basis, Confusion, Intent, Word


@dataclass(frozen=True, slots=True)
class DialectPack:
    """How the people of one place speak, joined from its profile, area and group."""

    id: str
    name: str
    lineage: tuple[str, ...]
    """Ids from the profile up to what all have in common."""
    titles: tuple[str, ...]
    """Names of area and group, nearest first."""
    cluster: str
    point: str
    provinces: tuple[str, ...]
    features: tuple[str, ...]
    basis: Basis
    reviewer: str
    """Empty: no native speaker has reviewed it."""
    sayings: tuple[str, ...]
    """Keys of the definitions' sayings that are spoken here, besides zh-CN."""
    readings: str
    """Table of the dialect's own readings; empty: there is none."""
    confusions: tuple[Confusion, ...]
    words: Mapping[Intent, tuple[Word, ...]]
    digits: Mapping[str, tuple[Word, ...]]
    services: Mapping[str, tuple[Word, ...]]
    vocabulary: Mapping[str, tuple[Word, ...]] = field(default_factory=dict)

    @property
    def unreviewed(self) -> int:
        """Rows that rest on general knowledge and that nobody has reviewed."""
        if self.reviewer:
            return 0
        tables = (self.words, self.digits, self.services, self.vocabulary)
        rows: list[Confusion | Word] = [*self.confusions]
        for table in tables:
            rows += [word for words in table.values() for word in words]
        return sum(row.basis is Basis.KNOWLEDGE for row in rows)
