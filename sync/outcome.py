"""What an exchange or an answer was about, in ten words: the link, the centre, this device, or one record.

Every fault ends in one of these, and only the last few may change a record. What is not about the record never counts
against it, however often it happens.
"""

import enum

from sync.answers import EventStatus
from sync.errors import (
    BatchTooLarge,
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    RateLimited,
    ServerBusy,
    SyncError,
    Unreachable,
)


class Outcome(enum.StrEnum):
    """About whom it is."""

    NETWORK = "network"
    """Nobody answered, or not in time."""
    CAPTIVE = "captive"
    """Somebody else answered: a log-in page, a proxy, a wrong certificate."""
    CLOCK = "clock"
    """This machine's clock does not fit the certificate or the centre."""
    AUTH = "auth"
    """The centre does not accept this device."""
    PROTOCOL = "protocol"
    """Device and centre are of versions that do not understand each other."""
    RATE_LIMIT = "rate_limit"
    """This device asks too often."""
    BUSY = "busy"
    """The centre has no time, or failed at its work."""
    SIZE = "size"
    """The body is too large for somebody on the way: send less at once."""
    OWN = "own"
    """This machine itself: its database, its listener."""
    APPLIED = "applied"
    """The centre has the record now."""
    DUPLICATE = "duplicate"
    """The centre had the record before: as good as applied."""
    LATER = "later"
    """The centre could not take this record now; not the record's fault."""
    INVALID = "invalid"
    """The record cannot be taken as it is."""
    CONFLICT = "conflict"
    """The record's id or number is another's."""
    GONE = "gone"
    """The centre had the record, erased it and will not take it again."""

    @property
    def settles_record(self) -> bool:
        """Whether the record's state may change by it."""
        return self in _SETTLING


_SETTLING = frozenset(
    (Outcome.APPLIED, Outcome.DUPLICATE, Outcome.INVALID, Outcome.CONFLICT, Outcome.GONE)
)

_OF_ERROR: tuple[tuple[type[SyncError], Outcome], ...] = (
    (Unreachable, Outcome.NETWORK),
    (NotTheCentre, Outcome.CAPTIVE),
    (ClockFault, Outcome.CLOCK),
    (NotAuthorised, Outcome.AUTH),
    (ProtocolMismatch, Outcome.PROTOCOL),
    (RateLimited, Outcome.RATE_LIMIT),
    (ServerBusy, Outcome.BUSY),
    (BatchTooLarge, Outcome.SIZE),
)

_OF_STATUS = {
    EventStatus.APPLIED: Outcome.APPLIED,
    EventStatus.DUPLICATE: Outcome.DUPLICATE,
    EventStatus.LATER: Outcome.LATER,
    EventStatus.REJECTED: Outcome.INVALID,
    EventStatus.CONFLICT: Outcome.CONFLICT,
    EventStatus.GONE: Outcome.GONE,
}


def outcome_of_error(error: SyncError) -> Outcome:
    """What a failed exchange was about; never a record."""
    return next((found for kind, found in _OF_ERROR if isinstance(error, kind)), Outcome.OWN)


def outcome_of_status(status: EventStatus) -> Outcome:
    """What the centre's signed word on one record means."""
    return _OF_STATUS[status]
