"""Keeps both sides' ideas of each other's keys fresh. Never a reason for events to wait, but for those of a new key."""

import logging
from collections.abc import Callable, Sequence

from sync.device_keys import DeviceKey, DeviceKeys
from sync.errors import NotAuthorised, NotTheCentre, ProtocolMismatch, SyncError
from sync.events import Clock, ClockReading, SystemClock
from sync.key_announcement import announce
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
    """Runs first in an exchange, so that what is queued next is sealed to the centre's newest key.

    Args:
        device_keys: the device's own; None for one whose key never changes.
    """

    def __init__(
        self,
        database: EncryptedDatabase,
        transport: Transport,
        trust: CentreTrust,
        clock: Clock | None = None,
        device_keys: DeviceKeys | None = None,
        device_id: str = "",
    ) -> None:
        self._database = database
        self._transport = transport
        self._trust = trust
        self._store = KeyringStore(trust.anchor)
        self._clock = clock if clock is not None else SystemClock()
        self._device_keys = device_keys
        self._device_id = device_id
        self._last: ClockReading | None = None
        self._wait_s = 0.0

    def run(self, tally: Tally, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Use what is kept, ask for a newer keyring when there may be one, tell the device's new key.

        A failure is logged and ends nothing.
        """
        for step in (self._use_kept, self._renew, self._announce):
            if should_stop():
                return
            try:
                tally.answers += step()
            except SyncError as error:
                logger.warning("keys: %s failed: %s", step.__name__.strip("_"), error.code)

    def _use_kept(self) -> int:
        with self._database.reading() as database:
            if self._device_keys is not None:
                self._transport.use_signer(self._device_keys.for_requests(database))
            if self._store.serial(database) == self._trust.serial:
                return 0
            kept = self._store.read(database)
        if kept is not None:
            self._trust.use(kept)
        return 0

    def _renew(self) -> int:
        now = self._clock.read()
        if not self._is_due(now):
            return 0
        self._last, self._wait_s = now, AGAIN_S
        try:
            document = self._transport.keyring()
        except ProtocolMismatch:
            logger.info("the centre has no keyring yet: events are signed, not sealed")
            return 0
        with self._database.transaction() as database:
            keyring = self._store.take(database, document, now.wall)
        self._trust.use(keyring)
        self._wait_s = INTERVAL_S
        return 1

    def _announce(self) -> int:
        if self._device_keys is None:
            return 0
        with self._database.reading() as database:
            keys = self._device_keys.all(database)
        if keys[0].is_announced and not (self._trust.is_refused and len(keys) > 1):
            return 0
        if keys[0].is_announced:
            return self._tell_again(keys)
        self._tell(keys[1], keys[0])
        return 1

    def _tell_again(self, keys: Sequence[DeviceKey]) -> int:
        """The centre forgot the newest keys: find the last one that it knows, and tell those after it in order."""
        answers = 0
        for place in range(1, len(keys)):
            try:
                self._tell(keys[place], keys[place - 1])
            except NotAuthorised:
                continue
            answers += 1
            for later in range(place - 1, 0, -1):
                self._tell(keys[later], keys[later - 1])
                answers += 1
            break
        self._transport.use_signer(keys[0].signer)
        return answers

    def _tell(self, known: DeviceKey, new: DeviceKey) -> None:
        self._transport.use_signer(known.signer)
        answer = self._transport.announce_key(
            announce(self._device_id, new.first_seq, known.signer, new.signer)
        )
        if (answer.public, answer.first_seq) != (new.signer.public_key.hex(), new.first_seq):
            raise NotTheCentre("the answer is about another key")
        if self._device_keys is not None:
            with self._database.transaction() as database:
                self._device_keys.confirm(database, new.number, self._clock.read().wall)
        self._transport.use_signer(new.signer)
        logger.info("the centre knows the device's new key %s", new.signer.key_id)

    def _is_due(self, now: ClockReading) -> bool:
        last = self._last
        if last is None or last.boot_id != now.boot_id:
            return True
        waited_s = (now.monotonic_ms - last.monotonic_ms) / 1000
        is_news = self._trust.announced > self._trust.serial or self._trust.is_in_doubt
        return waited_s >= (AGAIN_S if is_news else self._wait_s)
