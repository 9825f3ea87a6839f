"""The way down: decisions and the roster, as changes since a cursor."""

from collections.abc import Callable

from sync import cursors
from sync.decision_intake import DecisionIntake
from sync.epochs import note_answer
from sync.errors import ListenerFailed
from sync.events import Clock
from sync.settlement import SettlementListener, Tally
from sync.sqlcipher import EncryptedDatabase
from sync.transport import Transport


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
        self._intake = DecisionIntake(listener)
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
                    self._intake.take(database, decision, tally)
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
            has_any = database.execute("SELECT 1 FROM held_decision LIMIT 1").fetchone() is not None
        if has_any:
            with self._database.transaction() as database:
                self._intake.take_held(database, tally)


def _next_cursor(after: int, reached: int) -> int:
    """Where to read on; a feed that ends before our cursor was set back to a backup and is read from its start."""
    return reached if reached >= after else 0
