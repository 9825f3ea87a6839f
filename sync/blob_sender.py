"""The last phase of a run: files whose events the centre has, in pieces, for as long as nobody needs the link."""

import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from sync.backoff import FullJitterBackoff
from sync.blob_late import name_late_files
from sync.blob_messages import BLOB_DAMAGED, UNKNOWN_BLOB, BlobStanding, BlobState
from sync.blob_policy import REST_S, TRIAL_BYTES, BlobPolicy, BlobWish, LinkSpeed, Rest
from sync.blob_queue import BlobQueue
from sync.blob_retention import erase_unwanted
from sync.blob_shelf import BlobShelf, StoredBlob
from sync.errors import BatchTooLarge, BlobDamaged, DatabaseError, ServerBusy, SyncError, TimedOut
from sync.events import Clock, ClockReading
from sync.outbox import Outbox
from sync.settlement import Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport

logger = logging.getLogger(__name__)

BUDGET_MS = 45_000
"""Of one run: then decisions and the roster have their turn again."""
QUESTION_COUNT = 20
"""Files asked for at once: their names are 64 letters each."""
NO_PROGRESS = "no-progress"
"""Why a file is parked whose pieces the centre answers without taking them."""


class _Yield(Exception):
    """The link is wanted for something else, or the files' time is up: the next run goes on."""


class BlobSender:
    """Remembers between runs how fast the link is and whether it wants a rest.

    Args:
        policy: what the site wants.
        chance: for the jitter of waits.
    """

    def __init__(
        self,
        database: EncryptedDatabase,
        outbox: Outbox,
        transport: Transport,
        clock: Clock,
        policy: BlobPolicy,
        chance: random.Random | None = None,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._transport = transport
        self._clock = clock
        self._policy = policy
        # Jitter keeps kiosks of a county apart; it guards nothing.
        drawn = chance if chance is not None else random.Random()  # noqa: S311
        self._backoff = FullJitterBackoff(drawn, base_s=30.0)
        self._rest = Rest(FullJitterBackoff(drawn, base_s=5.0))
        self._newest: int | None = None
        self.speed = LinkSpeed()

    def begin(self, _tally: Tally, _should_stop: Callable[[], bool]) -> None:
        """A run begins: an event that comes from now on, and is not sent by it, has the link before any file.

        Raises:
            DatabaseError: the device's own database cannot be used.
        """
        self._newest = self._newest_event()

    def run(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        """Send what is due; a failure of the link is the files' matter alone and ends only this phase.

        Raises:
            DatabaseError: the device's own database cannot be used.
        """
        begun = self._clock.read()
        # Also while files rest: it is an event, and goes before them.
        is_named = bool(name_late_files(self._database, self._outbox))
        if self._rest.is_on(begun) or is_named:
            tally.has_more_files = is_named
            return
        newest = self._newest_event() if self._newest is None else self._newest
        self._newest = None

        def give_way() -> None:
            if should_stop() or self._clock.read().monotonic_ms - begun.monotonic_ms > BUDGET_MS:
                raise _Yield
            with self._database.reading() as database:
                if BlobQueue(database).is_event_waiting(newest):
                    raise _Yield

        before = tally.file_bytes
        try:
            while self._round(tally, give_way):
                pass
        except _Yield:
            # Without a piece that passed a run at once would be a busy loop.
            tally.has_more_files = tally.file_bytes > before
        except DatabaseError:
            raise
        except SyncError as error:
            tally.file_error = error.code
            asked_s = error.retry_after_s if isinstance(error, ServerBusy) else None
            self._rest.fail(self._clock.read(), asked_s or 0.0)
            logger.info("files wait: %s", error.code)

    def _newest_event(self) -> int:
        with self._database.reading() as database:
            return BlobQueue(database).newest_event()

    def _round(self, tally: Tally, give_way: Callable[[], None]) -> bool:
        """Ask for some and send them; whether there may be more."""
        with self._database.reading() as database:
            due = BlobQueue(database).due(self._clock.read(), QUESTION_COUNT)
        if not due:
            return False
        give_way()
        standings = {one.name: one for one in self._ask(due, tally)}
        wanted = [blob for blob in due if standings[blob.name].state is BlobState.WANTED]
        if self._policy.wish is BlobWish.NEVER and wanted:
            self._rest.begin(self._clock.read(), REST_S)
            return False
        return all(self._send(blob, standings[blob.name].held, tally, give_way) for blob in wanted)

    def _ask(self, due: Sequence[StoredBlob], tally: Tally) -> Sequence[BlobStanding]:
        begun = self._clock.read()
        answer = self._transport.lacking_blobs([blob.name for blob in due])
        self.speed.note_question(_since_ms(begun, self._clock.read()))
        tally.answers += 1
        known = {one.name: one for one in answer.blobs}
        # What the answer does not name may still be sent: the answer to the piece tells.
        standings = [
            known.get(blob.name, BlobStanding(name=blob.name, state=BlobState.WANTED))
            for blob in due
        ]
        with self._database.transaction() as database:
            for one in standings:
                self._settle(database, one, UNKNOWN_BLOB, answer.time, tally)
            erase_unwanted(database, answer.time)
        return standings

    def _send(
        self, blob: StoredBlob, held: int, tally: Tally, give_way: Callable[[], None]
    ) -> bool:
        """Send a file to its end or to where the link's limits are; whether the next one may go."""
        is_corrected = False
        while True:
            give_way()
            is_trial = not self.speed.is_fast(self._policy)
            reached = self._put(blob, held, tally, is_trial=is_trial)
            if reached is None or (is_trial and not self.speed.is_fast(self._policy)):
                break
            if reached <= held:
                # The centre's word on the offset is followed, but a file that gets nowhere must not go on for ever.
                if is_corrected:
                    with self._database.transaction() as database:
                        self._fail(database, blob.name, NO_PROGRESS, tally)
                    break
                is_corrected = True
            held = reached
        if not self.speed.is_fast(self._policy):
            self._rest.begin(self._clock.read(), REST_S)
            return False
        return True

    def _put(self, blob: StoredBlob, offset: int, tally: Tally, *, is_trial: bool) -> int | None:
        """Send one piece and take the answer in; where to go on, None when there is nothing more to do now."""
        length = TRIAL_BYTES if is_trial else self.speed.piece_bytes
        try:
            with self._database.reading() as database:
                piece = BlobShelf(database).piece(blob, offset, length)
        except BlobDamaged as error:
            with self._database.transaction() as database:
                self._fail(database, blob.name, error.code, tally)
            return None
        begun = self._clock.read()
        try:
            answer = self._transport.put_blob(blob.name, offset, piece)
        except (TimedOut, BatchTooLarge):
            self.speed.note_failed(len(piece), _since_ms(begun, self._clock.read()))
            raise
        self.speed.note(len(piece), _since_ms(begun, self._clock.read()))
        self._rest.pass_on()
        tally.answers += 1
        standing, problem = answer.blob, answer.problem.code if answer.problem else ""
        tally.file_bytes += len(piece) * (standing.held > offset)
        is_over = standing.state is not BlobState.WANTED or problem == BLOB_DAMAGED
        with self._database.transaction() as database:
            self._settle(database, standing, problem or UNKNOWN_BLOB, answer.time, tally)
            if problem == BLOB_DAMAGED:
                self._fail(database, blob.name, problem, tally)
        return None if is_over else standing.held

    def _settle(
        self,
        database: Database,
        standing: BlobStanding,
        code: str,
        centre_time: datetime,
        tally: Tally,
    ) -> None:
        """Take the centre's word on one file in."""
        if standing.state is BlobState.COMPLETE:
            tally.files_delivered += BlobShelf(database).delivered(standing.name, centre_time)
        elif standing.state is BlobState.WANTED:
            BlobQueue(database).progressed(standing.name, standing.held, centre_time)
        else:
            self._fail(database, standing.name, code, tally)

    def _fail(self, database: Database, name: str, code: str, tally: Tally) -> None:
        queue = BlobQueue(database)
        delay_s = self._backoff.delay_s(queue.attempts(name) + 1)
        if queue.failed(name, code, delay_s, self._clock.read()):
            tally.files_parked += 1
            logger.error("file %s parked: %s", name[:12], code)


def _since_ms(begun: ClockReading, now: ClockReading) -> int:
    return now.monotonic_ms - begun.monotonic_ms
