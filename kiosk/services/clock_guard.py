"""Use case: does this machine's clock stand before a time that has already been?"""

from dataclasses import dataclass
from datetime import timedelta

from kiosk.clock import Clock
from kiosk.services.store import Store

TOLERANCE = timedelta(minutes=10)
"""Twice what the centre forgives in a signed request; a clock that drifts by less harms no date."""


@dataclass(frozen=True, slots=True)
class ClockGuard:
    """Compares the clock with the latest time that was ever seen here.

    A clock whose battery is empty starts in the past. It is harmless for requests, whose order never rests on it, but
    whatever turns on today's date, such as an age or a deadline, would be wrong.
    """

    store: Store
    clock: Clock

    def is_behind(self) -> bool:
        """Whether the clock is certainly wrong; a clock that runs ahead cannot be told without the centre.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            latest = transaction.latest_moment()
        return latest is not None and self.clock.now() < latest - TOLERANCE
