"""The way down: decisions and the roster, as changes since a cursor."""

import logging
from collections.abc import Callable

from sqlite_utils import Database

from sync import cursors
from sync.answers import Decision
from sync.canonical import canonical_json
from sync.epochs import note_answer
from sync.errors import ListenerFailed
from sync.events import Clock
from sync.settlement import SettlementListener, Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport

logger = logging.getLogger(__name__)


class Puller:
    """Takes in pages, each in one transaction with its cursor."""

    def __init__(
        self,
        database: EncryptedDatabase,
        transport: Transport,
        listener: SettlementListener,
        clock: Clock,
    ) -> None:
        self._database = database
        self._transport = transport
        self._listener = listener
        self._clock = clock

    def run_decisions(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        """Take in every new decision; one that fails is held and offered again, the others go on.

        Raises:
            EpochChanged, or any SyncError of the link or the database.
        """
        self._retry_held(tally)
        has_more, has_restarted = True, False
        while has_more and not should_stop():
            with self._database.reading() as database:
                after = cursors.read_cursor(database, cursors.DECISIONS)
            page = self._transport.decisions(after)
            tally.answers += 1
            with self._database.transaction() as database:
                note_answer(database, page.epoch, page.time, self._clock.read())
                for decision in page.decisions:
                    self._decide(database, decision, tally)
                is_set_back = page.cursor < after and not has_restarted
                cursors.store(database, cursors.DECISIONS, _next_cursor(after, page.cursor))
            has_restarted = has_restarted or is_set_back
            has_more = is_set_back or (page.more and page.cursor > after)

    def run_roster(self, tally: Tally, should_stop: Callable[[], bool]) -> None:
        """Take in every change of the roster.

        Raises:
            ListenerFailed: the page was not taken in; the cursor stands before it.
            EpochChanged, or any SyncError of the link or the database.
        """
        has_more, has_restarted = True, False
        while has_more and not should_stop():
            with self._database.reading() as database:
                after = cursors.read_cursor(database, cursors.ROSTER)
            page = self._transport.roster(after)
            tally.answers += 1
            with self._database.transaction() as database:
                note_answer(database, page.epoch, page.time, self._clock.read())
                # What comes this way is not written down by row, so a sealed feed will be read from its beginning.
                database.execute("UPDATE feed_state SET scope = '' WHERE feed = 'roster'")
                try:
                    with database.atomic():
                        self._listener.roster_changed(database, page)
                except Exception as error:
                    if not database.conn.in_transaction:
                        raise
                    tally.has_listener_failed = True
                    raise ListenerFailed(f"roster page: {type(error).__name__}") from error
                is_set_back = page.cursor < after and not has_restarted
                cursors.store(database, cursors.ROSTER, _next_cursor(after, page.cursor))
            tally.roster_changes += len(page.upserts) + len(page.tombstones)
            has_restarted = has_restarted or is_set_back
            has_more = is_set_back or (page.more and page.cursor > after)

    def _retry_held(self, tally: Tally) -> None:
        with self._database.reading() as database:
            rows = database.execute("SELECT decision FROM held_decision").fetchall()
        if not rows:
            return
        with self._database.transaction() as database:
            for (stored,) in rows:
                self._decide(database, Decision.model_validate_json(stored), tally)

    def _decide(self, database: Database, decision: Decision, tally: Tally) -> None:
        try:
            with database.atomic():
                self._listener.decided(database, decision)
                # A newer decision that passed makes an older held one of the same event void.
                database.execute(
                    "DELETE FROM held_decision WHERE event_id = ?", [decision.event_id]
                )
        except Exception as error:
            if not database.conn.in_transaction:
                raise
            logger.error(  # noqa: TRY400  (a traceback could hold personal data)
                "decision on %s held: %s", decision.event_id, type(error).__name__
            )
            tally.has_listener_failed = True
            database.execute(
                """INSERT INTO held_decision VALUES (?, ?, ?) ON CONFLICT (event_id)
                DO UPDATE SET decision = excluded.decision, last_error_code = excluded.last_error_code""",
                [
                    decision.event_id,
                    canonical_json(decision.wire()).decode("utf-8"),
                    ListenerFailed.code,
                ],
            )
        else:
            tally.decisions += 1


def _next_cursor(after: int, reached: int) -> int:
    """Where to read on; a feed that ends before our cursor was set back to a backup and is read from its start."""
    return reached if reached >= after else 0
