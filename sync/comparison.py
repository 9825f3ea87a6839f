"""Does the centre still hold what it acknowledged? Asked without waiting for its staff to renew the epoch.

A centre that was restored from a backup takes the next events as if nothing had happened; what it acknowledged
after the backup is missing there, and only the kiosk still has it.
"""

import logging

from sync import centre_clock, cursors
from sync.blob_queue import BlobQueue
from sync.epochs import EpochChanged
from sync.errors import SyncError
from sync.events import Clock, ClockReading, iso_utc
from sync.outbox import Outbox
from sync.settlement import Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport

logger = logging.getLogger(__name__)

INTERVAL_S = 60 * 60.0
"""Between comparisons: the answer is small, and a restore is rare."""
AGAIN_S = 5 * 60.0
"""Wait after a comparison that failed; a dead link must not cost two attempts in each run."""


class Comparison:
    """Runs before anything is sent, so that no event of this run can seem to be lost.

    Nothing of an earlier run is in flight then either: an acknowledged event was answered before the question.
    """

    def __init__(
        self, database: EncryptedDatabase, outbox: Outbox, transport: Transport, clock: Clock
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._transport = transport
        self._clock = clock
        self._last: ClockReading | None = None
        self._wait_s = AGAIN_S

    def run(self, tally: Tally) -> None:
        """Compare when it is due; a failure is logged and ends nothing.

        Raises:
            EpochChanged: the staff renewed the epoch.
        """
        now = self._clock.read()
        if not self._is_due(now):
            return
        try:
            if not self._has_something_to_lose():
                return
            self._last, self._wait_s = now, AGAIN_S
            self._compare(tally)
        except SyncError as error:
            logger.warning("what the centre holds could not be compared: %s", error.code)
            return
        self._wait_s = INTERVAL_S

    def _is_due(self, now: ClockReading) -> bool:
        last = self._last
        return (
            last is None
            or last.boot_id != now.boot_id
            or now.monotonic_ms - last.monotonic_ms >= self._wait_s * 1000
        )

    def _has_something_to_lose(self) -> bool:
        with self._database.reading() as database:
            return self._outbox.has_kept(database)

    def _compare(self, tally: Tally) -> None:
        state = self._transport.device_state()
        tally.answers += 1
        with self._database.transaction() as database:
            centre_clock.note(database, state.time, self._clock.read())
            if cursors.read_text(database, cursors.EPOCH) not in ("", state.epoch):
                raise EpochChanged(state.epoch)
            requeued = self._outbox.requeue(database, state.hwm, state.gaps)
            cursors.store(database, cursors.CONFIRMED, iso_utc(state.time))
            if requeued:
                BlobQueue(database).ask_again()
                # Its change numbers were set back too and may have grown past our cursors since.
                cursors.store(database, cursors.DECISIONS, 0)
                cursors.store(database, cursors.ROSTER, 0)
                cursors.store(database, cursors.CATALOGUE, 0)
        tally.requeued += requeued
        if requeued:
            logger.warning("the centre lost %d events: sending them again", requeued)
