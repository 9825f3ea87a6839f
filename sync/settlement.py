"""Take the centre's answer to a batch into the outbox and the kiosk, both or neither."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlite_utils import Database

from sync.answers import BatchAnswer, Decision, EventResult, EventStatus, RosterPage
from sync.backoff import bounded_retry_after_s
from sync.errors import ListenerFailed
from sync.events import ClockReading
from sync.outbox import Outbox, ParkReason, PendingItem

logger = logging.getLogger(__name__)

LATER_S = 60.0
"""Wait after "later" without a time, and after a failure of our own listener."""

_PARKED_AS = {
    EventStatus.CONFLICT: ParkReason.CONFLICT,
    EventStatus.REJECTED: ParkReason.REFUSED,
    EventStatus.GONE: ParkReason.GONE,
}


class SettlementListener(Protocol):
    """What the kiosk does with the centre's answers.

    Every method runs inside the transaction that changes the outbox or the cursor; what it raises undoes its own
    writes only. Any of them may be called again with the same content and must then change nothing.
    """

    def settled(
        self, database: Database, event_id: str, outcome: EventResult, centre_time: datetime
    ) -> None:
        """An event is applied or duplicate (the centre has it), conflict, rejected or gone (it is parked)."""

    def decided(self, database: Database, decision: Decision) -> None:
        """The centre decided on an event; also one that this kiosk no longer knows."""

    def roster_changed(self, database: Database, page: RosterPage) -> None:
        """A page of the roster's changes."""


@dataclass(slots=True)
class Tally:
    """What one run did so far."""

    answers: int = 0
    sent: int = 0
    acknowledged: int = 0
    parked: int = 0
    deferred: int = 0
    unanswered: int = 0
    requeued: int = 0
    erased: int = 0
    decisions: int = 0
    roster_changes: int = 0
    file_bytes: int = 0
    """Sealed bytes of files that the centre took."""
    files_delivered: int = 0
    files_parked: int = 0
    file_error: str = ""
    """Why files wait; nothing else waits with them."""
    has_more_files: bool = False
    """Files were going up when something else needed the link."""
    catalogue_changes: int = 0
    has_listener_failed: bool = False

    def note_changes(self, feed: str, count: int) -> None:
        """A page of a feed was taken in."""
        if feed == "roster":
            self.roster_changes += count
        else:
            self.catalogue_changes += count


def _park_reason(result: EventResult) -> ParkReason | None:
    """Why an event is to be parked; None when the centre has it."""
    is_rejected = result.status is EventStatus.REJECTED
    if is_rejected and result.problem and result.problem.code == EventStatus.GONE.value:
        # Version 1 has no word of its own for it.
        return ParkReason.GONE
    return _PARKED_AS.get(result.status)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Applies the answers to one batch."""

    outbox: Outbox
    listener: SettlementListener

    def apply(
        self,
        database: Database,
        batch: Sequence[PendingItem],
        answer: BatchAnswer,
        now: ClockReading,
        tally: Tally,
    ) -> set[str]:
        """Settle every event of the batch that the answer names; all others stay as they are.

        Returns:
            the subjects of events without an answer: nothing later of theirs may be sent in this run.
        """
        unanswered = {pending.id: pending for pending in batch}
        for result in answer.results:
            # Only what was sent and not yet answered: an answer may never touch another event.
            pending = unanswered.pop(result.id, None)
            if pending is not None:
                self._settle(database, pending, result, answer.time, now, tally)
        tally.unanswered += len(unanswered)
        return {pending.subject for pending in unanswered.values()}

    def _settle(
        self,
        database: Database,
        pending: PendingItem,
        result: EventResult,
        centre_time: datetime,
        now: ClockReading,
        tally: Tally,
    ) -> None:
        if result.status is EventStatus.LATER:
            self._defer(database, pending, result, now, tally)
            return
        reason = _park_reason(result)
        try:
            with database.atomic():
                if reason is not None:
                    changed = self._park(database, result, now, reason)
                else:
                    changed = self.outbox.acknowledge(
                        database, result.id, result.server_seq, centre_time, pending.digest
                    )
                if changed:
                    self.listener.settled(database, result.id, result, centre_time)
        except Exception as error:
            # A full disk ends the whole transaction; anything else is this one event's matter.
            if not database.conn.in_transaction:
                raise
            logger.error("event %s: listener failed: %s", result.id, type(error).__name__)  # noqa: TRY400
            self.outbox.defer(
                database, result.id, LATER_S, now, ListenerFailed.code, type(error).__name__
            )
            tally.has_listener_failed = True
            tally.deferred += 1
            return
        tally.parked += changed and reason is not None
        tally.acknowledged += changed and reason is None

    def _defer(
        self,
        database: Database,
        pending: PendingItem,
        result: EventResult,
        now: ClockReading,
        tally: Tally,
    ) -> None:
        asked_s = LATER_S if result.retry_after_s is None else float(result.retry_after_s)
        code = result.problem.code if result.problem else EventStatus.LATER.value
        title = result.problem.title if result.problem else ""
        delay_s = bounded_retry_after_s(asked_s)
        tally.deferred += self.outbox.defer(database, pending.id, delay_s, now, code, title)

    def _park(
        self, database: Database, result: EventResult, now: ClockReading, reason: ParkReason
    ) -> bool:
        code = result.problem.code if result.problem else result.status.value
        title = result.problem.title if result.problem else ""
        return self.outbox.park(database, result.id, code, title, now.wall, reason)
