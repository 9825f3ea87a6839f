"""How often something may go wrong before it rests for a while. Every rest ends by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCK_SLACK = timedelta(minutes=10)
"""How far the kiosk's time may step back, see ``kiosk.clock.FLOOR_TOLERANCE``."""

_MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True)
class LockRule:
    """So many failures within a time, then a rest; each rest without a success between is twice as long."""

    most: int
    within: timedelta
    first_rest: timedelta
    longest_rest: timedelta

    def rest(self, rests: int) -> timedelta:
        """How long the n-th rest in a row lasts."""
        doublings = min(max(rests - 1, 0), _MOST_DOUBLINGS)
        return min(self.longest_rest, self.first_rest * (1 << doublings))


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """Failures since the last success; a success starts anew with ``AttemptCount()``."""

    failures: int = 0
    since: datetime | None = None
    """When the first of them happened."""
    rests: int = 0
    """How many rests there were in a row."""
    locked_at: datetime | None = None
    """When the newest rest began."""

    def rests_until(self, rule: LockRule, now: datetime) -> datetime | None:
        """The end of the rest that is going on, or None.

        A rest that began in the future was counted while the clock ran ahead: it must not last for decades.
        """
        if self.locked_at is None or self.locked_at > now + CLOCK_SLACK:
            return None
        until = self.locked_at + rule.rest(self.rests)
        return until if now < until else None

    def failed(self, rule: LockRule, now: datetime) -> "AttemptCount":
        """One more failure; while it rests, nothing is counted."""
        if self.rests_until(rule, now) is not None:
            return self
        is_recent = (
            self.locked_at is None
            and self.since is not None
            and self.since - CLOCK_SLACK <= now < self.since + rule.within
        )
        failures = self.failures + 1 if is_recent else 1
        since = self.since if is_recent else now
        if failures >= rule.most:
            return AttemptCount(failures, since, self.rests + 1, now)
        return AttemptCount(failures, since, self.rests)

    def spared(self) -> "AttemptCount":
        """Take the newest failure back: it was counted beforehand and turned out to be none."""
        if self.failures == 0:
            return self
        rests = self.rests - 1 if self.locked_at is not None else self.rests
        return AttemptCount(self.failures - 1, self.since, rests)
