"""What the kiosk knows about its link, learnt only from answers, never from a guess."""

import enum
from dataclasses import dataclass
from datetime import datetime

from sync.errors import (
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    SyncError,
)


class LinkState(enum.StrEnum):
    """The outcome of the last attempt to speak with the centre."""

    UNKNOWN = "unknown"
    """Nothing was tried since the start."""
    ONLINE = "online"
    """The centre gave a valid signed answer."""
    OFFLINE = "offline"
    """No answer, or the centre is too busy to give one."""
    CAPTIVE = "captive"
    """Somebody else answered: a log-in page, a proxy."""
    CLOCK_FAULT = "clock_fault"
    """This machine's clock is too wrong for a safe connection."""
    NOT_AUTHORISED = "not_authorised"
    """The centre does not accept this device."""
    PROTOCOL_MISMATCH = "protocol_mismatch"
    """Kiosk and centre speak different versions: update the kiosk."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """A snapshot for the status strip."""

    link: LinkState = LinkState.UNKNOWN
    waiting: int = 0
    parked: int = 0
    oldest_age_s: float | None = None
    """Age of the oldest waiting event in seconds, by the wall clock, never negative."""
    files_waiting: int = 0
    """Pictures and other files that the centre does not hold yet."""
    files_parked: int = 0
    stale_roster_days: int = 0
    """Age of the roster in days once it is too old; 0 while it is recent, and where there never was one."""
    is_catalogue_refused: bool = False
    """What the centre published cannot be gone by; the kiosk goes on with what it had."""
    carried: int = 0
    """How many of those that wait a van has signed for, as far as is known here."""
    last_success_at: datetime | None = None
    """When the centre last answered; aware, UTC."""
    error_code: str = ""
    """Code of the last failure; empty after a success."""


_LINK_OF: tuple[tuple[type[SyncError], LinkState], ...] = (
    (NotTheCentre, LinkState.CAPTIVE),
    (ClockFault, LinkState.CLOCK_FAULT),
    (NotAuthorised, LinkState.NOT_AUTHORISED),
    (ProtocolMismatch, LinkState.PROTOCOL_MISMATCH),
)


def link_state_of(error: SyncError) -> LinkState:
    """The state of the link that an error tells of."""
    for kind, state in _LINK_OF:
        if isinstance(error, kind):
            return state
    return LinkState.OFFLINE
