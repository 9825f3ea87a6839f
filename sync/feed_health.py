"""How fresh what flows down is: a warning for staff, never a reason to turn a resident away."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from sync import cursors
from sync.feed_reader import read_state
from sync.feed_sinks import REFUSED, ROSTER

ROSTER_WARNING_DAYS = 30
"""A kiosk that is visited by the van once a month is well."""

_DAY_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """What staff should know of the feeds."""

    roster_as_of: datetime | None = None
    """When the centre made what the roster was last told; None before."""
    refusal: str = ""
    """Why the published documents are not gone by."""

    def stale_roster_days(self, now: datetime, warning_days: int = ROSTER_WARNING_DAYS) -> int:
        """The roster's age once it is too old, else 0. A clock that stands before the roster tells no age."""
        if self.roster_as_of is None:
            return 0
        days = int((now - self.roster_as_of).total_seconds() // _DAY_S)
        return days if days >= warning_days else 0


def feed_health(database: Database) -> FeedHealth:
    """Read it."""
    return FeedHealth(
        roster_as_of=read_state(database, ROSTER).as_of,
        refusal=cursors.read_text(database, REFUSED),
    )
