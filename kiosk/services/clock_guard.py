"""Use case: does this machine's clock stand before a time that has already been?"""

from dataclasses import dataclass

from kiosk.clock import BUILT_AT, FLOOR_TOLERANCE, Clock
from kiosk.services.store import Store


@dataclass(frozen=True, slots=True)
class ClockGuard:
    """Compares the clock with the latest time that was ever seen here.

    A clock whose battery is empty starts in the past. It is harmless for requests, whose order never rests on it, but
    whatever turns on today's date, such as an age or a deadline, would be wrong.
    """

    store: Store
    clock: Clock
    """The machine's own, without a floor under it."""

    def is_behind(self) -> bool:
        """Whether the clock is certainly wrong; a clock that runs ahead cannot be told without the centre.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            latest = transaction.latest_moment()
        return self.clock.now() < max(latest or BUILT_AT, BUILT_AT) - FLOOR_TOLERANCE
