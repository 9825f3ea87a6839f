"""Keeps the device's idea of the centre's keys fresh. Never a reason for events to wait."""

import logging
from collections.abc import Callable

from sync.errors import ProtocolMismatch, SyncError
from sync.events import Clock, ClockReading, SystemClock
from sync.keyring_store import KeyringStore
from sync.settlement import Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport
from sync.trust import CentreTrust

logger = logging.getLogger(__name__)

INTERVAL_S = 24 * 60 * 60.0
"""Between two looks at an unchanged keyring; a change is told by the answers to batches at once."""
AGAIN_S = 5 * 60.0
"""After a look that failed; a dead link must not cost two attempts in each run."""


class KeyExchange:
    """Runs first in an exchange, so that what is queued next is sealed to the centre's newest key."""

    def __init__(
        self,
        database: EncryptedDatabase,
        transport: Transport,
        trust: CentreTrust,
        clock: Clock | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._trust = trust
        self._store = KeyringStore(trust.anchor)
        self._clock = clock if clock is not None else SystemClock()
        self._last: ClockReading | None = None
        self._wait_s = 0.0

    def run(self, tally: Tally, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Use what is kept; ask for a newer keyring when there may be one. A failure is logged and ends nothing."""
        try:
            self._use_kept()
            if not should_stop():
                self._renew(tally)
        except ProtocolMismatch:
            logger.info("the centre has no keyring yet: events are signed, not sealed")
        except SyncError as error:
            logger.warning("the centre's keys were not renewed: %s", error.code)

    def _renew(self, tally: Tally) -> None:
        now = self._clock.read()
        if not self._is_due(now):
            return
        self._last, self._wait_s = now, AGAIN_S
        document = self._transport.keyring()
        with self._database.transaction() as database:
            keyring = self._store.take(database, document, now.wall)
        tally.answers += 1
        self._trust.use(keyring)
        self._wait_s = INTERVAL_S

    def _use_kept(self) -> None:
        with self._database.reading() as database:
            if self._store.serial(database) == self._trust.serial:
                return
            kept = self._store.read(database)
        if kept is not None:
            self._trust.use(kept)

    def _is_due(self, now: ClockReading) -> bool:
        last = self._last
        if last is None or last.boot_id != now.boot_id:
            return True
        waited_s = (now.monotonic_ms - last.monotonic_ms) / 1000
        is_told = self._trust.announced > self._trust.serial
        return waited_s >= (AGAIN_S if is_told else self._wait_s)
