"""The outbox: what it promises and the values it gives. ``sqlite_outbox`` keeps it, ``memory_outbox`` imitates it.

    queued ──acknowledge──► acknowledged
      │ ▲                       ▲  │
     park retry                 │  └─requeue (the centre lost it: restored from a backup)─► queued
      ▼ │                       │
    parked ────acknowledge──────┘

Nothing leaves the table; only an answer that the centre signed and that names the event acknowledges it.
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
    """Wall time of the oldest waiting event; None when none waits."""


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
        self, database: Database, event_id: str, server_seq: int | None, at: datetime
    ) -> bool:
        """The centre has it. Returns whether this changed anything."""

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

    def park(self, database: Database, event_id: str, code: str, text: str, at: datetime) -> bool:
        """Set a queued event aside, visible and with its reason. Returns whether this changed anything."""

    def retry(self, database: Database, event_id: str) -> bool:
        """Queue a parked event again with the same bytes. Returns whether this changed anything."""

    def requeue(self, database: Database, above_seq: int, gaps: Sequence[tuple[int, int]]) -> int:
        """Queue acknowledged events again that the centre does not hold any more.

        Args:
            above_seq: everything after this number is missing at the centre.
            gaps: missing ranges, both ends included.
        Returns:
            how many were queued again.
        """

    def counts(self, database: Database) -> OutboxCounts:
        """How many wait, how many are parked, since when."""

    def items(
        self, database: Database, state: ItemState, limit: int = 200, after_seq: int = 0
    ) -> Sequence[OutboxEntry]:
        """List rows of a state by sequence number, for staff."""
