"""The only reader of the time. Everything else is given a ``Clock``."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

BUILT_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""No moment of this version's life is earlier; moved on with each release."""

FLOOR_TOLERANCE = timedelta(minutes=10)
"""Twice what the centre forgives in a signed request; a clock that drifts by less harms no date."""

SITE_TIME_ZONE = timezone(timedelta(hours=8), "UTC+8")
"""China has one civil time and no daylight saving, so no time zone database is needed."""


class Clock(Protocol):
    """Wall time for people and records, monotonic time for waiting."""

    def now(self) -> datetime:
        """The wall time, aware, UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never run backwards, since some start."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The wall time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()


class FlooredClock:
    """A clock that never tells a time before one that has certainly been.

    A machine whose battery is empty starts in 1970. What people read, and every estimate, then goes by the latest
    time that is known, running on; the exchange with the centre sends what the machine's own clock says.
    """

    def __init__(self, device: Clock, floor: datetime = BUILT_AT) -> None:
        self.device = device
        """The machine's own clock, right or wrong."""
        self._floor = (floor, device.monotonic_s())

    def now(self) -> datetime:
        """The wall time, or the floor where that is certainly later."""
        wall = self.device.now()
        floor, since_s = self._floor
        running = floor + timedelta(seconds=self.device.monotonic_s() - since_s)
        return wall if wall >= running - FLOOR_TOLERANCE else running

    def monotonic_s(self) -> float:
        """Seconds that never run backwards."""
        return self.device.monotonic_s()

    def note_centre_time(self, at: datetime) -> None:
        """The centre has just signed what time it is: better than every floor of our own."""
        self._floor = (max(at, BUILT_AT), self.device.monotonic_s())


def site_date(moment: datetime) -> date:
    """The calendar day at the site."""
    return moment.astimezone(SITE_TIME_ZONE).date()
