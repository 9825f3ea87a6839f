"""What the centre tells whoever counts; without anybody, nothing is counted."""

from collections.abc import Mapping, Sequence
from typing import Protocol

_COUNTY_DIGITS = 6


class Observer(Protocol):
    """Counts; must be quick, never raise, and is called from several threads."""

    def batch(self, county: str, statuses: Mapping[str, int], size: int) -> None:
        """A batch was answered.

        Args:
            county: 6 digits.
            statuses: events by what became of them.
            size: bytes of its items.
        """

    def arrivals(self, ages_s: Sequence[float]) -> None:
        """New events were committed; how long after they happened."""

    def group(self, jobs: int, seconds: float) -> None:
        """So many batches shared a transaction that took so long."""

    def pool(self, in_use: int) -> None:
        """So many of this process's database connections are in use."""


class Nobody:
    """Does not count."""

    def batch(self, county: str, statuses: Mapping[str, int], size: int) -> None:
        """Pass over."""

    def arrivals(self, ages_s: Sequence[float]) -> None:
        """Pass over."""

    def group(self, jobs: int, seconds: float) -> None:
        """Pass over."""

    def pool(self, in_use: int) -> None:
        """Pass over."""


def county_of(region_code: str) -> str:
    """The county of a village: a metric may tell no more of where something happened."""
    return region_code[:_COUNTY_DIGITS]
