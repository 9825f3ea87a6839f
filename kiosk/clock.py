"""The only reader of the time. Everything else is given a ``Clock``."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

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


def site_date(moment: datetime) -> date:
    """The calendar day at the site."""
    return moment.astimezone(SITE_TIME_ZONE).date()
