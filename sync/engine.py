"""One synchronisation run: up, then down; no threads and no waiting."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync import cursors, feed_sinks
from sync.blob_policy import BlobPolicy
from sync.blob_queue import BlobCounts, BlobQueue
from sync.blob_sender import BlobSender
from sync.comparison import Comparison
from sync.connectivity import LinkState, link_state_of
from sync.courier import ledger
from sync.epochs import EpochChanged
from sync.errors import (
    BatchTooLarge,
    DatabaseError,
    FeedUnusable,
    ListenerFailed,
    ProtocolMismatch,
    SenderBusy,
    ServerBusy,
    SyncError,
    TimedOut,
)
from sync.events import Clock, SystemClock, iso_utc
from sync.feed_health import FeedHealth, feed_health
from sync.feed_puller import FeedPuller
from sync.feed_reader import FeedReader
from sync.feed_sinks import CatalogueSink, CheckDocuments, RosterSink
from sync.key_exchange import KeyExchange
from sync.outbox import Outbox, OutboxCounts
from sync.outcome import Outcome, outcome_of_error
from sync.pull import Puller
from sync.push import Pusher
from sync.retention import DEFAULT_KEEP, Retention
from sync.sender_lock import SenderLock
from sync.settlement import SettlementListener, Tally
from sync.sqlcipher import EncryptedDatabase
from sync.supply import DeviceSupplies, Supplier
from sync.transport import Transport

__all__ = ["SettlementListener", "SyncEngine", "SyncReport"]

logger = logging.getLogger(__name__)

_Phase = Callable[[Tally, Callable[[], bool]], None]
_PASSED_OVER = (ServerBusy, ListenerFailed, FeedUnusable, BatchTooLarge)
"""What stops one phase and no other."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run did."""

    link: LinkState
    answers: int = 0
    """Valid signed answers of the centre."""
    sent: int = 0
    """Events sent, each time counted."""
    acknowledged: int = 0
    parked: int = 0
    deferred: int = 0
    unanswered: int = 0
    """Events that an answer did not name; they are still queued."""
    requeued: int = 0
    """Events queued again because the centre lost them."""
    erased: int = 0
    """Delivered events whose sealed bytes were erased: their time is over."""
    decisions: int = 0
    roster_changes: int = 0
    file_bytes: int = 0
    """Sealed bytes of files that the centre took."""
    files_delivered: int = 0
    """Files of which the centre signed that it holds the whole."""
    files_parked: int = 0
    file_error: str = ""
    """Code of what keeps files waiting; never an error of the run."""
    has_more_files: bool = False
    """Files were going up and gave way: another run should follow at once."""
    catalogue_changes: int = 0
    retry_after_s: float | None = None
    """How long the centre asks to wait, bounded."""
    error_code: str = ""
    """Code of the first failure; empty when there was none."""
    outcome: Outcome | None = None
    """What that failure was about; never a single event."""


class SyncEngine:
    """Runs when it is told to; everything it needs is handed in.

    Args:
        listener: called inside the transaction that changes the outbox.
        supplies: what the device needs to go on by itself; None asks for nothing.
        files: when files of events may use the link; None for a queue without files.
        keys: keeps the centre's keys fresh; None leaves them as they are.
        check_documents: names the faults of a published catalogue; None asks for none.
        keep: how long delivered events keep their sealed bytes.
    """

    def __init__(
        self,
        database: EncryptedDatabase,
        outbox: Outbox,
        transport: Transport,
        listener: SettlementListener,
        clock: Clock | None = None,
        supplies: DeviceSupplies | None = None,
        files: BlobPolicy | None = None,
        keys: KeyExchange | None = None,
        check_documents: CheckDocuments | None = None,
        keep: timedelta = DEFAULT_KEEP,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._transport = transport
        self._clock = clock if clock is not None else SystemClock()
        self._comparison = Comparison(database, outbox, transport, self._clock)
        self._pusher = Pusher(database, outbox, transport, listener, self._clock)
        self._puller = Puller(database, transport, listener, self._clock)
        readers = [FeedReader(database, RosterSink(listener))]
        if check_documents is not None:
            readers.append(FeedReader(database, CatalogueSink(check_documents)))
        self._feeds = FeedPuller(transport, self._clock, readers)
        self._supplier = Supplier(database, transport, supplies) if supplies is not None else None
        self._files = (
            BlobSender(database, outbox, transport, self._clock, files)
            if files is not None
            else None
        )
        self._keys = keys
        self._retention = Retention(database, outbox, keep)
        self._sender_lock = SenderLock(database.path)

    def run_once(
        self, should_stop: Callable[[], bool] = lambda: False, patience_s: float = 0.0
    ) -> SyncReport:
        """Push, pull decisions and roster, ask for supplies, send files; never raises for a fault of link or database.

        The first run and then one an hour first compare what the centre holds with what it acknowledged.
        A phase that the centre is too busy for does not stop the next one; a link that fails ends the run.

        Args:
            should_stop: asked between exchanges.
            patience_s: how long to wait for another process that is sending for this device.
        """
        try:
            with self._sender_lock.held(patience_s, should_stop):
                return self._run_alone(should_stop)
        except SenderBusy as error:
            return _report(Tally(), error)

    def _run_alone(self, should_stop: Callable[[], bool]) -> SyncReport:
        tally = Tally()
        if self._keys is not None:
            self._keys.run(tally, should_stop)
        try:
            if not should_stop():
                self._comparison.run(tally)
            error = self._run_phases(tally, should_stop)
        except EpochChanged as change:
            error = self._start_over(change, tally, should_stop)
        return _report(tally, error)

    def counts(self) -> OutboxCounts:
        """How many events wait and how many are parked.

        Raises:
            DatabaseError: the database cannot be read.
        """
        with self._database.reading() as database:
            return self._outbox.counts(database)

    def file_counts(self) -> BlobCounts:
        """How many files wait and how many are parked.

        Raises:
            DatabaseError: the database cannot be read.
        """
        with self._database.reading() as database:
            return BlobQueue(database).counts()

    def carried_count(self) -> int:
        """How many of the events that wait are with a van.

        Raises:
            DatabaseError: the database cannot be read.
        """
        with self._database.reading() as database:
            return ledger.count_carried(database)

    def feed_health(self) -> FeedHealth:
        """How old the roster is, and whether what the centre published was refused.

        Raises:
            DatabaseError: the database cannot be read.
        """
        with self._database.reading() as database:
            return feed_health(database)

    def now(self) -> datetime:
        """The wall time of the engine's clock."""
        return self._clock.read().wall

    def _run_phases(self, tally: Tally, should_stop: Callable[[], bool]) -> SyncError | None:
        first_error: SyncError | None = None
        has_failed = False
        for phase in self._phases():
            if should_stop():
                break
            try:
                phase(tally, should_stop)
            except _PASSED_OVER as error:
                first_error = first_error or error
            except (TimedOut, ProtocolMismatch) as error:
                # Once: what goes up may be too large for the link, or too new for the centre, and a page not.
                if has_failed:
                    return error
                has_failed = True
                first_error = first_error or error
            except SyncError as error:
                return error
        return first_error

    def _phases(self) -> Sequence[_Phase]:
        phases: list[_Phase] = [self._pusher.run, self._puller.run_decisions, self._run_roster]
        if feed_sinks.CATALOGUE in self._feeds.names():
            phases.append(self._run_catalogue)
        if self._supplier is not None:
            phases.append(self._supplier.run)
        if self._files is not None:
            phases = [self._files.begin, *phases, self._files.run]
        phases.append(self._retention.run)
        return phases

    def _run_roster(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        try:
            self._run_feed(feed_sinks.ROSTER, tally, should_stop)
        except ProtocolMismatch:
            # A centre of the version before: its roster is signed, and protected by the connection only.
            self._puller.run_roster(tally, should_stop)

    def _run_catalogue(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        try:
            self._run_feed(feed_sinks.CATALOGUE, tally, should_stop)
        except ProtocolMismatch:
            logger.info("the centre publishes no catalogue")

    def _run_feed(self, feed: str, tally: Tally, should_stop: Callable[[], bool]) -> None:
        has_failed = False

        def send_what_is_due() -> None:
            nonlocal has_failed
            if has_failed or should_stop():
                return
            try:
                self._pusher.run(tally, should_stop)
            except DatabaseError:
                raise
            except SyncError as error:
                # The feed goes on; what waits is tried again by the next run.
                has_failed = True
                logger.warning("not sent between two pages: %s", error.code)

        self._feeds.run(feed, tally, should_stop, send_what_is_due)

    def _start_over(
        self, change: EpochChanged, tally: Tally, should_stop: Callable[[], bool]
    ) -> SyncError | None:
        """The centre came back from a backup: queue again what it lost, read its feeds from the start."""
        logger.warning("the centre has a new epoch: comparing what it holds")
        try:
            with self._database.transaction() as database:
                # Nothing is erased before this life of the centre has told what it holds.
                cursors.store(database, cursors.CONFIRMED, "")
            state = self._transport.device_state()
            with self._database.transaction() as database:
                tally.requeued += self._outbox.requeue(database, state.hwm, state.gaps)
                BlobQueue(database).ask_again()
                cursors.store(database, cursors.DECISIONS, 0)
                cursors.store(database, cursors.ROSTER, 0)
                cursors.store(database, cursors.CATALOGUE, 0)
                cursors.store(database, cursors.EPOCH, state.epoch)
                cursors.store(database, cursors.CONFIRMED, iso_utc(state.time))
            return self._run_phases(tally, should_stop)
        except EpochChanged:
            # Twice in one run: leave it to the next.
            return ServerBusy()
        except SyncError as error:
            return error


def _report(tally: Tally, error: SyncError | None) -> SyncReport:
    if error is None and tally.has_listener_failed:
        error = ListenerFailed("an answer could not be taken in")
    return SyncReport(
        link=_link(tally, error),
        answers=tally.answers,
        sent=tally.sent,
        acknowledged=tally.acknowledged,
        parked=tally.parked,
        deferred=tally.deferred,
        unanswered=tally.unanswered,
        requeued=tally.requeued,
        erased=tally.erased,
        decisions=tally.decisions,
        roster_changes=tally.roster_changes,
        file_bytes=tally.file_bytes,
        files_delivered=tally.files_delivered,
        files_parked=tally.files_parked,
        file_error=tally.file_error,
        has_more_files=tally.has_more_files,
        catalogue_changes=tally.catalogue_changes,
        retry_after_s=error.retry_after_s if isinstance(error, ServerBusy) else None,
        error_code=error.code if error else "",
        outcome=outcome_of_error(error) if error else None,
    )


def _link(tally: Tally, error: SyncError | None) -> LinkState:
    if error is not None and not isinstance(
        error,
        ServerBusy | SenderBusy | ListenerFailed | FeedUnusable | BatchTooLarge | DatabaseError,
    ):
        return link_state_of(error)
    if tally.answers:
        return LinkState.ONLINE
    return link_state_of(error) if isinstance(error, ServerBusy) else LinkState.UNKNOWN
