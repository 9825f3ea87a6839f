"""The way up: batches of the outbox, until it is empty or the link fails."""

import logging
import uuid
from collections.abc import Callable, Sequence

from sync import centre_clock, cursors
from sync.batch_limits import POISON_COUNT, BatchLimits, Suspects, batch_bytes
from sync.epochs import EpochChanged
from sync.errors import BatchTooLarge, ServerFault, SyncError, TimedOut
from sync.events import Clock, ClockReading
from sync.outbox import Outbox, ParkReason, PendingItem
from sync.settlement import Settlement, SettlementListener, Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport

logger = logging.getLogger(__name__)

_ALONE_DELAY_S = 30.0
"""First wait of an event that failed alone; doubles with each failure."""
_MOST_REFUSED_ALONE = 3
"""Single events refused for their size in a row, none passing between: then it is not the events."""
_MOST_SKIPPED = 1000
"""People passed over in one run because an answer did not name their events; the next run asks again."""


class Pusher:
    """Sends what waits; remembers between runs how much the link bears."""

    def __init__(
        self,
        database: EncryptedDatabase,
        outbox: Outbox,
        transport: Transport,
        listener: SettlementListener,
        clock: Clock,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._transport = transport
        self._settlement = Settlement(outbox, listener)
        self._clock = clock
        self._limits = BatchLimits()
        self._suspects = Suspects()

    def run(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        """Send batches until nothing is due.

        Raises:
            EpochChanged: after the answer was taken in.
            SyncError: the link failed; what was answered before stays settled.
        """
        skipped: set[str] = set()
        has_passed = False
        refused_alone = 0
        while not should_stop() and len(skipped) < _MOST_SKIPPED:
            batch = self._next(skipped)
            if not batch:
                return
            try:
                self._send(batch, skipped, tally)
                has_passed, refused_alone = True, 0
            except BatchTooLarge as error:
                self._limits.shrink(batch)
                self._note_failed(batch, error, tally)
                refused_alone += len(batch) == 1
                if refused_alone == _MOST_REFUSED_ALONE:
                    raise
            except ServerFault as error:
                # The whole link waits too, so the smaller batch belongs to the next run.
                self._limits.shrink(batch)
                self._note_failed(batch, error, tally)
                raise
            except TimedOut as error:
                # Without another batch that passed it is the link, not the event: then nothing may be deferred.
                self._limits.slow_down(batch)
                self._note_failed(batch, error, tally, is_link_proven=has_passed)
                raise

    def _next(self, skipped: set[str]) -> Sequence[PendingItem]:
        # Suspects go last and alone: what stops at one of them has let everybody else pass before.
        suspected = self._suspects.subjects()
        batch = self._ask(skipped.union(suspected))
        if batch:
            return batch
        # In turn: else the first of several suspects, failing each time, is the only one that is ever tried.
        for subject in suspected:
            if subject not in skipped:
                batch = self._ask(skipped.union(suspected) - {subject})
            if batch:
                return self._suspects.isolate(batch)
        return batch

    def _ask(self, skipped: set[str]) -> Sequence[PendingItem]:
        with self._database.reading() as database:
            return self._outbox.next_batch(
                database,
                self._limits.count,
                self._limits.allowed_bytes,
                self._clock.read(),
                skipped,
            )

    def _send(self, batch: Sequence[PendingItem], skipped: set[str], tally: Tally) -> None:
        tally.sent += len(batch)
        began = self._clock.read()
        answer = self._transport.send_batch(str(uuid.uuid4()), [item.item for item in batch])
        took_ms = _since_ms(began, self._clock.read())
        tally.answers += 1
        with self._database.transaction() as database:
            now = self._clock.read()
            centre_clock.note(database, answer.time, now)
            skipped |= self._settlement.apply(database, batch, answer, now, tally)
            known = cursors.read_text(database, cursors.EPOCH)
            if not known:
                cursors.store(database, cursors.EPOCH, answer.epoch)
        self._limits.grow(batch_bytes(batch), took_ms)
        self._suspects.note_passed(batch)
        if known not in ("", answer.epoch):
            raise EpochChanged(answer.epoch)

    def _note_failed(
        self,
        batch: Sequence[PendingItem],
        error: SyncError,
        tally: Tally,
        *,
        is_link_proven: bool = True,
    ) -> None:
        if len(batch) > 1:
            return
        event_id = batch[0].id
        failures = self._suspects.note_failed_alone(batch[0])
        if not is_link_proven:
            return
        now = self._clock.read()
        with self._database.transaction() as database:
            if failures >= POISON_COUNT:
                self._suspects.forget(event_id)
                self._outbox.park(
                    database,
                    event_id,
                    error.code,
                    "cannot be delivered",
                    now.wall,
                    ParkReason.UNDELIVERABLE,
                )
                tally.parked += 1
                logger.error("event %s parked after failing alone: %s", event_id, error.code)
                return
            delay_s = _ALONE_DELAY_S * 2 ** batch[0].attempts if batch[0].attempts < 10 else 900.0
            self._outbox.defer(database, event_id, delay_s, now, error.code, "failed alone")
            tally.deferred += 1


def _since_ms(began: ClockReading, now: ClockReading) -> int:
    return max(0, now.monotonic_ms - began.monotonic_ms) if began.boot_id == now.boot_id else 0
