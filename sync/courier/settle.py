"""Take a delivery report into the queue: the same settlement as a batch's answer, many events at a time.

A report can come late, twice, or out of order. What it acknowledges stays true in its life of the centre, so an old one
may only add. Only a newer one may set an event aside, or queue again what the centre no longer names.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from sync import centre_clock, cursors
from sync.answers import PROTOCOL_V2, BatchAnswer, EventResult, EventStatus, Problem
from sync.blob_queue import BlobQueue
from sync.blob_retention import erase_unwanted
from sync.blob_shelf import BlobShelf
from sync.courier import ledger
from sync.courier.errors import ReportRefused
from sync.courier.report import DeliveryReport, Named, ReportedRange, open_report
from sync.courier.selection import ranges_of
from sync.events import Clock, iso_utc, parse_utc
from sync.http_failures import PROBLEM_PREFIX
from sync.outbox import Outbox, PendingItem
from sync.settlement import Settlement, SettlementListener, Tally
from sync.signing import Verifier
from sync.sqlcipher import EncryptedDatabase

logger = logging.getLogger(__name__)

_TOGETHER = 200
"""Events of one transaction: a kiosk that serves meanwhile waits no longer than for these."""
_MARGIN = timedelta(minutes=5)
"""What was acknowledged shortly before a report may have been committed after it was written."""
_EVERY_SEQ = 2**62

_OPEN = """SELECT seq, id, subject, kind, priority, attempts, digest, state FROM outbox
    WHERE state <> 'acknowledged' AND seq BETWEEN ? AND ? ORDER BY seq"""
_OPEN_BY_DIGEST = """SELECT seq, id, subject, kind, priority, attempts, digest, state FROM outbox
    WHERE state <> 'acknowledged' AND substr(digest, 1, 32) = ?"""
_ACKNOWLEDGED = """SELECT seq, digest FROM outbox
    WHERE state = 'acknowledged' AND settled_at < ? AND seq > ? ORDER BY seq LIMIT ?"""


@dataclass(slots=True)
class ReportOutcome:
    """What a report brought."""

    is_new: bool = False
    """Newer than every report before."""
    is_new_epoch: bool = False
    """The centre came back from a backup since it was last heard."""
    acknowledged: int = 0
    parked: int = 0
    requeued: int = 0
    """Events that the centre had and has no more."""
    files: int = 0
    """Attachments that the centre has now."""
    has_listener_failed: bool = False
    report: DeliveryReport | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a report relates to what is known."""

    is_new: bool
    is_new_epoch: bool


@dataclass(frozen=True, slots=True)
class ReportSettlement:
    """Settles reports of one device."""

    database: EncryptedDatabase
    outbox: Outbox
    listener: SettlementListener
    clock: Clock
    device: str
    centre_keys: Mapping[str, Verifier]
    """Keys whose answers count, by id."""
    together: int = field(default=_TOGETHER)

    def take(self, data: bytes) -> ReportOutcome:
        """Take in the bytes of a report.

        Raises:
            ReportRefused: not of this centre, for another device, or of a life of the centre that is over.
            DatabaseError: nothing is lost; the report can be taken in again.
        """
        report = open_report(data, self.centre_keys)
        if report.device != self.device:
            raise ReportRefused("other-device")
        with self.database.reading() as database:
            standing = _standing(database, report)
        outcome = ReportOutcome(standing.is_new, standing.is_new_epoch, report=report)
        if standing.is_new_epoch:
            # Before anything is acknowledged: what the centre lost must wait again.
            self._begin_epoch(report, outcome)
        tally = Tally()
        for span in report.ranges:
            self._settle_range(report, span, tally, is_new=standing.is_new)
        if standing.is_new:
            self._settle_refusals(report, tally)
            self._requeue_lost(report, outcome)
            with self.database.transaction() as database:
                now = self.clock.read()
                _remember(database, report, now.wall)
                # For a kiosk without a link this is the only time that it is ever told.
                centre_clock.note_carried(database, report.time, now)
        self._settle_files(report, outcome)
        with self.database.transaction() as database:
            # A report that was long on its way must not let a file's time begin before its event was refused.
            erase_unwanted(
                database, max(report.time, centre_clock.last_centre_time(database) or report.time)
            )
            for arrived in report.bundles:
                if arrived.is_complete:
                    ledger.note_arrival(database, arrived.bundle, report.time)
        outcome.acknowledged, outcome.parked = tally.acknowledged, tally.parked
        outcome.has_listener_failed = tally.has_listener_failed
        return outcome

    def _settle_range(
        self, report: DeliveryReport, span: ReportedRange, tally: Tally, *, is_new: bool
    ) -> None:
        digests = span.all_digests()
        for start in range(0, len(digests), self.together):
            first = span.first + start
            last = min(span.last, first + self.together - 1)
            with self.database.transaction() as database:
                batch: list[PendingItem] = []
                results: list[EventResult] = []
                for pending in _open_rows(database, first, last):
                    result = _result(span, digests[pending.seq - span.first], pending)
                    if is_new or result.status is EventStatus.APPLIED:
                        batch.append(pending)
                        results.append(result)
                self._apply(database, report, batch, results, tally)

    def _settle_refusals(self, report: DeliveryReport, tally: Tally) -> None:
        for refusal in report.refusals:
            with self.database.transaction() as database:
                rows = database.execute(_OPEN_BY_DIGEST, [refusal.digest]).fetchall()
                batch = [_pending(row) for row in rows]
                results = [
                    EventResult(id=one.id, status=refusal.status, problem=refusal.problem)
                    for one in batch
                ]
                self._apply(database, report, batch, results, tally)

    def _settle_files(self, report: DeliveryReport, outcome: ReportOutcome) -> None:
        for start in range(0, len(report.files), self.together):
            with self.database.transaction() as database:
                shelf = BlobShelf(database)
                for name in report.files[start : start + self.together]:
                    outcome.files += shelf.delivered(name, report.time)

    def _apply(
        self,
        database: Database,
        report: DeliveryReport,
        batch: list[PendingItem],
        results: list[EventResult],
        tally: Tally,
    ) -> None:
        if not batch:
            return
        answer = BatchAnswer(
            protocol=PROTOCOL_V2,
            device=self.device,
            epoch=report.epoch,
            time=report.time,
            batch="",
            hwm=report.hwm,
            results=tuple(results),
        )
        Settlement(self.outbox, self.listener).apply(
            database, batch, answer, self.clock.read(), tally
        )

    def _begin_epoch(self, report: DeliveryReport, outcome: ReportOutcome) -> None:
        logger.warning("the centre has a new epoch: comparing what a report says it holds")
        outcome.requeued += self._requeue(report, iso_utc(report.time), after=0)
        with self.database.transaction() as database:
            # Its change numbers start anew as well.
            cursors.store(database, cursors.DECISIONS, 0)
            cursors.store(database, cursors.ROSTER, 0)
            cursors.store(database, cursors.EPOCH, report.epoch)
            BlobQueue(database).ask_again()

    def _requeue_lost(self, report: DeliveryReport, outcome: ReportOutcome) -> None:
        """The centre was set back to a backup, perhaps without saying so: what it named once and names no more."""
        # Of lower numbers the report says nothing, because nobody asked.
        silent = max(0, report.floor - 1)
        lost = self._requeue(report, iso_utc(report.time - _MARGIN), after=silent)
        outcome.requeued += lost
        if lost:
            # Its change numbers were set back too: what comes anew has numbers that were here before.
            with self.database.transaction() as database:
                for feed in (cursors.DECISIONS, cursors.ROSTER, cursors.CATALOGUE):
                    cursors.store(database, feed, 0)

    def _requeue(self, report: DeliveryReport, settled_before: str, after: int) -> int:
        named = Named(report)
        requeued = 0
        while True:
            with self.database.transaction() as database:
                rows = database.execute(
                    _ACKNOWLEDGED, [settled_before, after, self.together]
                ).fetchall()
                lost = [int(seq) for seq, digest in rows if not named.holds(seq, digest)]
                if lost:
                    requeued += self.outbox.requeue(database, _EVERY_SEQ, ranges_of(lost))
            if len(rows) < self.together:
                break
            after = int(rows[-1][0])
        if requeued:
            logger.warning("the centre lost %d events: they wait again", requeued)
        return requeued


def _standing(database: Database, report: DeliveryReport) -> _Standing:
    past = database.execute("SELECT 1 FROM courier_past_epoch WHERE epoch = ?", [report.epoch])
    if past.fetchone():
        raise ReportRefused("old-epoch")
    known = cursors.read_text(database, cursors.EPOCH)
    row = database.execute("SELECT epoch, made_at FROM courier_report").fetchone()
    if known in ("", report.epoch):
        is_first = row is None or row[0] != report.epoch
        return _Standing(is_first or report.time > parse_utc(row[1]), is_new_epoch=False)
    # A life that was never heard of: the next one, or one that came and went unheard. The centre's time tells.
    heard = [centre_clock.last_centre_time(database), parse_utc(row[1]) if row else None]
    if any(moment is not None and report.time <= moment for moment in heard):
        raise ReportRefused("old-epoch")
    return _Standing(is_new=True, is_new_epoch=True)


def _remember(database: Database, report: DeliveryReport, at: datetime) -> None:
    if not cursors.read_text(database, cursors.EPOCH):
        cursors.store(database, cursors.EPOCH, report.epoch)
    database.execute(
        "INSERT OR REPLACE INTO courier_report VALUES (1, ?, ?, ?)",
        [report.epoch, iso_utc(report.time), iso_utc(at)],
    )


def _result(span: ReportedRange, digest: str, pending: PendingItem) -> EventResult:
    if pending.digest[:32] != digest:
        # The centre signs that this number belongs to other bytes.
        return EventResult(
            id=pending.id,
            status=EventStatus.CONFLICT,
            problem=Problem(type=PROBLEM_PREFIX + "cloned-device"),
        )
    return EventResult(id=pending.id, status=span.status, problem=span.problem)


def _open_rows(database: Database, first: int, last: int) -> Iterator[PendingItem]:
    for row in database.execute(_OPEN, [first, last]).fetchall():
        yield _pending(row)


def _pending(row: tuple[int, str, str, str, int, int, str, str]) -> PendingItem:
    seq, event_id, subject, kind, priority, attempts, digest, _state = row
    # Its bytes are not needed to settle it.
    return PendingItem(seq, event_id, subject, kind, priority, attempts, b"", digest)
