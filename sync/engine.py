"""One synchronisation run: up, then down; no threads and no waiting."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sync import cursors
from sync.blob_policy import BlobPolicy
from sync.blob_queue import BlobCounts, BlobQueue
from sync.blob_sender import BlobSender
from sync.comparison import Comparison
from sync.connectivity import LinkState, link_state_of
from sync.errors import DatabaseError, ListenerFailed, ServerBusy, SyncError, TimedOut
from sync.events import Clock, SystemClock
from sync.key_exchange import KeyExchange
from sync.outbox import Outbox, OutboxCounts
from sync.pull import Puller
from sync.push import EpochChanged, Pusher
from sync.settlement import SettlementListener, Tally
from sync.sqlcipher import EncryptedDatabase
from sync.supply import DeviceSupplies, Supplier
from sync.transport import Transport

__all__ = ["SettlementListener", "SyncEngine", "SyncReport"]

logger = logging.getLogger(__name__)


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
    retry_after_s: float | None = None
    """How long the centre asks to wait, bounded."""
    error_code: str = ""
    """Code of the first failure; empty when there was none."""


class SyncEngine:
    """Runs when it is told to; everything it needs is handed in.

    Args:
        listener: called inside the transaction that changes the outbox.
        supplies: what the device needs to go on by itself; None asks for nothing.
        files: when files of events may use the link; None for a queue without files.
        keys: keeps the centre's keys fresh; None leaves them as they are.
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
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._transport = transport
        self._clock = clock if clock is not None else SystemClock()
        self._comparison = Comparison(database, outbox, transport, self._clock)
        self._pusher = Pusher(database, outbox, transport, listener, self._clock)
        self._puller = Puller(database, transport, listener, self._clock)
        self._supplier = Supplier(database, transport, supplies) if supplies is not None else None
        self._files = (
            BlobSender(database, transport, self._clock, files) if files is not None else None
        )
        self._keys = keys

    def run_once(self, should_stop: Callable[[], bool] = lambda: False) -> SyncReport:
        """Push, pull decisions and roster, ask for supplies, send files; never raises for a fault of link or database.

        The first run and then one an hour first compare what the centre holds with what it acknowledged.
        A phase that the centre is too busy for does not stop the next one; a link that fails ends the run.

        Args:
            should_stop: asked between exchanges.
        """
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

    def now(self) -> datetime:
        """The wall time of the engine's clock."""
        return self._clock.read().wall

    def _run_phases(self, tally: Tally, should_stop: Callable[[], bool]) -> SyncError | None:
        first_error: SyncError | None = None
        phases = [self._pusher.run, self._puller.run_decisions, self._puller.run_roster]
        if self._supplier is not None:
            phases.append(self._supplier.run)
        if self._files is not None:
            phases.append(self._files.run)
        for phase in phases:
            if should_stop():
                break
            try:
                phase(tally, should_stop)
            except (ServerBusy, ListenerFailed) as error:
                first_error = first_error or error
            except SyncError as error:
                if not (isinstance(error, TimedOut) and tally.has_timed_out_alone):
                    return error
                # Once: a feed that times out too ends the run.
                tally.has_timed_out_alone = False
                first_error = first_error or error
        return first_error

    def _start_over(
        self, change: EpochChanged, tally: Tally, should_stop: Callable[[], bool]
    ) -> SyncError | None:
        """The centre came back from a backup: queue again what it lost, read its feeds from the start."""
        logger.warning("the centre has a new epoch: comparing what it holds")
        try:
            state = self._transport.device_state()
            with self._database.transaction() as database:
                tally.requeued += self._outbox.requeue(database, state.hwm, state.gaps)
                BlobQueue(database).ask_again()
                cursors.store(database, cursors.DECISIONS, 0)
                cursors.store(database, cursors.ROSTER, 0)
                cursors.store(database, cursors.EPOCH, state.epoch)
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
        decisions=tally.decisions,
        roster_changes=tally.roster_changes,
        file_bytes=tally.file_bytes,
        files_delivered=tally.files_delivered,
        files_parked=tally.files_parked,
        file_error=tally.file_error,
        has_more_files=tally.has_more_files,
        retry_after_s=error.retry_after_s if isinstance(error, ServerBusy) else None,
        error_code=error.code if error else "",
    )


def _link(tally: Tally, error: SyncError | None) -> LinkState:
    if error is not None and not isinstance(error, ServerBusy | ListenerFailed | DatabaseError):
        return link_state_of(error)
    if tally.answers:
        return LinkState.ONLINE
    return link_state_of(error) if isinstance(error, ServerBusy) else LinkState.UNKNOWN
