"""The outbox: what it promises and the values it gives. ``sqlite_outbox`` keeps it, ``memory_outbox`` imitates it.

    queued ──acknowledge──► acknowledged ──erase──► acknowledged, without its bytes
      │ ▲                       ▲  │
     park retry                 │  └─requeue (the centre lost it: restored from a backup)─► queued
      ▼ │                       │
    parked ────acknowledge──────┘

Nothing leaves the table; only an answer that the centre signed and that names the event acknowledges it. An event
that is parked as gone was had and erased by the centre: it is never queued again.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlite_utils import Database

from sync.events import ClockReading, OutboxEvent

MAXIMUM_DEFERRAL_S = 15 * 60
"""Longest wait that anyone may ask for: a van is in a village for hours, not days."""


class ItemState(enum.StrEnum):
    """Where an event is on its way."""

    QUEUED = "queued"
    ACKNOWLEDGED = "acknowledged"
    PARKED = "parked"


class ParkReason(enum.StrEnum):
    """Why an event was set aside."""

    REFUSED = "refused"
    """The centre cannot take it as it is."""
    CONFLICT = "conflict"
    """Its id or number belongs to another event at the centre: an alarm."""
    GONE = "gone"
    """The centre had it, erased it and will not take it again; never retried."""
    UNDELIVERABLE = "undeliverable"
    """It fails alone while others pass."""
    STAFF = "staff"
    """Set aside by hand."""


@dataclass(frozen=True, slots=True)
class PendingItem:
    """One event ready to be sent."""

    seq: int
    """The device's sequence number."""
    id: str
    subject: str
    kind: str
    priority: int
    attempts: int
    """How often it was deferred."""
    item: bytes
    """The signed bytes, fixed at append."""
    digest: str
    """SHA-256 of ``item`` in hexadecimal."""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """What the status strip shows."""

    waiting: int
    parked: int
    oldest_created_at: datetime | None
    """Wall time of the waiting event with the lowest number; None when none waits."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One row for a listing; never the payload."""

    seq: int
    id: str
    subject: str
    kind: str
    state: ItemState
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    last_error_code: str
    last_error_text: str
    server_seq: int | None
    digest: str = ""
    """SHA-256 of the item; stays when the item is erased."""
    size: int = 0
    """Bytes of the item; 0 when it was erased."""
    park_reason: ParkReason | None = None
    """Set for a parked event."""
    held_until_ms: int = 0
    """Monotonic time before which it is not sent, for itself or for an earlier event of its subject."""
    held_boot: str = ""
    """The boot that ``held_until_ms`` counts in; in any other the event is due."""

    def wait_s(self, now: ClockReading) -> float:
        """How long until the next attempt, in seconds; 0 when it is due."""
        if self.held_boot != now.boot_id:
            return 0.0
        return max(0.0, (self.held_until_ms - now.monotonic_ms) / 1000)


class Outbox(Protocol):
    """A durable queue in the kiosk's own database.

    Every method takes the database that the caller's transaction is open on: the row of the queue and the row of
    the business commit together or not at all.
    """

    def append(self, database: Database, event: OutboxEvent) -> PendingItem:
        """Sign an event and queue it in the open transaction.

        Raises:
            RejectedItem: the event can never be sent (too large, not JSON, an id used before); nothing is written.
        """

    def next_batch(
        self,
        database: Database,
        limit_count: int,
        limit_bytes: int,
        now: ClockReading,
        skip_subjects: Collection[str] = (),
    ) -> Sequence[PendingItem]:
        """What to send next.

        Of each subject the run from its oldest queued event up to the first that is not yet due; a deferred event
        holds back only its own subject. By priority, then by sequence number, and never an event before an earlier
        one of its subject. At least one item when any is due, whatever ``limit_bytes`` says.

        Args:
            limit_bytes: of the items with their four-byte frames.
            skip_subjects: left out, because an earlier event of theirs has no answer yet.
        """

    def acknowledge(
        self,
        database: Database,
        event_id: str,
        server_seq: int | None,
        at: datetime,
        digest: str = "",
    ) -> bool:
        """The centre has it.

        Args:
            at: the centre's time.
            digest: of the bytes that the centre has; another item under this id stays as it is. Empty for any.
        Returns:
            whether this changed anything.
        """

    def defer(
        self,
        database: Database,
        event_id: str,
        delay_s: float,
        now: ClockReading,
        code: str,
        text: str,
    ) -> bool:
        """Try a queued event again later, at most ``MAXIMUM_DEFERRAL_S``. Returns whether this changed anything."""

    def park(
        self,
        database: Database,
        event_id: str,
        code: str,
        text: str,
        at: datetime,
        reason: ParkReason = ParkReason.REFUSED,
    ) -> bool:
        """Set a queued event aside, visible and with its reason. Returns whether this changed anything."""

    def retry(self, database: Database, event_id: str) -> bool:
        """Queue a parked event again with the same bytes, unless it is gone. Returns whether this changed anything."""

    def requeue(self, database: Database, above_seq: int, gaps: Sequence[tuple[int, int]]) -> int:
        """Queue acknowledged events again that the centre does not hold any more and that still have their bytes.

        Args:
            above_seq: everything after this number is missing at the centre.
            gaps: missing ranges, both ends included.
        Returns:
            how many were queued again.
        """

    def has_kept(self, database: Database) -> bool:
        """Whether there is an acknowledged event that still has its bytes."""

    def erase(self, database: Database, settled_before: datetime, limit: int) -> int:
        """Erase the bytes and the subject of acknowledged events; id, digest and number stay for ever.

        Args:
            settled_before: by the centre's time.
            limit: oldest first, at most so many: a small transaction holds up no resident.
        Returns:
            how many were erased.
        """

    def counts(self, database: Database) -> OutboxCounts:
        """How many wait, how many are parked, since when."""

    def items(
        self, database: Database, state: ItemState, limit: int = 200, after_seq: int = 0
    ) -> Sequence[OutboxEntry]:
        """List rows of a state by sequence number, for staff; the next page begins after the last number."""

    def find(self, database: Database, event_id: str) -> OutboxEntry | None:
        """One row, whatever its state."""
