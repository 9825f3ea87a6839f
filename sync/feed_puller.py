"""Reads the feeds that are sealed to this device, page by page; between two pages what is due goes up.

A village's first roster takes minutes on a slow link. Whoever is served meanwhile does not wait for it.
"""

import logging
from collections.abc import Callable, Sequence

from sqlite_utils import Database

from sync.epochs import note_answer
from sync.errors import TimedOut
from sync.events import Clock
from sync.feed_reader import FeedReader, Taken
from sync.page_budget import PageBudget
from sync.sealed_page import FeedPage, PageHeader
from sync.settlement import Tally
from sync.transport import Transport

logger = logging.getLogger(__name__)


class FeedPuller:
    """Remembers between runs how large a page the link bears."""

    def __init__(self, transport: Transport, clock: Clock, readers: Sequence[FeedReader]) -> None:
        self._transport = transport
        self._clock = clock
        self._budget = PageBudget()
        self._readers = {reader.name: reader for reader in readers}

    def names(self) -> tuple[str, ...]:
        """The feeds that this device reads."""
        return tuple(self._readers)

    def run(
        self,
        feed: str,
        tally: Tally,
        should_stop: Callable[[], bool],
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """Read a feed to its end.

        Args:
            between: called after each page that is not the last.
        Raises:
            ListenerFailed, FeedUnusable: a page was not taken in; the cursor stands before it.
            ProtocolMismatch: also from a centre that has no such feed.
            EpochChanged, or any SyncError of the link or the database.
        """
        reader = self._readers[feed]
        has_restarted = False
        while not should_stop():
            page = self._ask(reader)
            tally.answers += 1
            taken = reader.take(page, self._note_of(page.header))
            if taken is Taken.READ:
                tally.note_changes(feed, len(page.upserts) + len(page.tombstones))
            is_over = taken is Taken.OLD or (taken is Taken.READ and not page.header.more)
            if is_over or (taken is Taken.ANEW and has_restarted):
                return
            has_restarted = has_restarted or taken is Taken.ANEW
            between()

    def _ask(self, reader: FeedReader) -> FeedPage:
        after, began = reader.after(), self._clock.read().monotonic_ms
        try:
            page = self._transport.feed_page(reader.name, after, self._budget.limit_bytes)
        except TimedOut:
            self._budget.shrink()
            raise
        elapsed_s = max(0, self._clock.read().monotonic_ms - began) / 1000
        self._budget.note(page.wire_bytes, elapsed_s)
        return page

    def _note_of(self, header: PageHeader) -> Callable[[Database], None]:
        return lambda database: note_answer(database, header.epoch, header.time, self._clock.read())
