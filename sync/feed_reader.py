"""Takes the pages of one feed in, each in one transaction with its cursor, whichever way they come.

A feed is read from a cursor on. It is read from the beginning when its scope is another one, such as after a restore
of the centre or a change of the device's region, and when the cursor was set to 0. What such a whole reading does not
name is taken out at its end, as no tombstone of it will ever come.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlite_utils import Database

from sync import cursors
from sync.errors import ListenerFailed
from sync.events import iso_utc, parse_utc
from sync.sealed_page import FeedPage, PageHeader
from sync.sqlcipher import EncryptedDatabase

_SWEEP_COUNT = 1000


class FeedSink(Protocol):
    """Where a feed's content goes; every method works in the transaction that it is given."""

    @property
    def name(self) -> str:
        """The feed's name."""

    @property
    def cursor(self) -> str:
        """Name of its cursor."""

    def key_of(self, row: dict[str, object]) -> str:
        """What names a row; tombstones are such keys.

        Raises:
            ValueError: the row has none.
        """

    def take(self, database: Database, page: FeedPage) -> None:
        """Take a page in; the same content may come again and must then change nothing."""

    def end(self, database: Database) -> None:
        """All that there is was taken in."""


class Taken(enum.Enum):
    """What became of a page."""

    READ = "read"
    """Its changes are here."""
    ANEW = "anew"
    """The feed must be read from its beginning; nothing of the page was taken."""
    OLD = "old"
    """All of it is here already, or it is of an earlier life of the centre."""
    GAP = "gap"
    """Pages before it are missing."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """How far a feed was read."""

    scope: str = ""
    reading: int = 0
    """Counts the readings from the beginning."""
    is_whole: bool = False
    """Whether such a reading is going on."""
    as_of: datetime | None = None
    """When the centre made the last page that was taken in."""
    read_at: datetime | None = None
    """The centre's time of that page."""


class FeedReader:
    """One feed of one device."""

    def __init__(self, encrypted: EncryptedDatabase, sink: FeedSink) -> None:
        self._encrypted = encrypted
        self._sink = sink
        self.name = sink.name

    def after(self) -> int:
        """The cursor to ask from."""
        with self._encrypted.reading() as database:
            return cursors.read_cursor(database, self._sink.cursor)

    def take(
        self, page: FeedPage, also: Callable[[Database], None] = lambda _database: None
    ) -> Taken:
        """Take in the answer to a question of this device.

        Args:
            also: run first in the same transaction.
        Raises:
            ListenerFailed: the sink could not take it in; the cursor stands before it.
            DatabaseError.
        """
        header = page.header
        with self._encrypted.transaction() as database:
            also(database)
            state = read_state(database, self.name)
            if header.after != cursors.read_cursor(database, self._sink.cursor):
                # Somebody else read on meanwhile, such as a command beside a running kiosk.
                return Taken.OLD
            # The centre was set back when it does not reach our cursor: its numbers start anew.
            if header.cursor < header.after or (header.after and header.scope != state.scope):
                cursors.store(database, self._sink.cursor, 0)
                return Taken.ANEW
            self._apply(database, page, state)
            return Taken.READ

    def take_carried(self, page: FeedPage) -> Taken:
        """Take in a page that came on a stick; it may be old, and pages before it may be missing.

        Raises:
            ListenerFailed, DatabaseError: as for ``take``.
        """
        header = page.header
        with self._encrypted.transaction() as database:
            state = read_state(database, self.name)
            after = cursors.read_cursor(database, self._sink.cursor)
            if header.scope != state.scope:
                is_newer = state.read_at is None or header.time > state.read_at
                if not is_newer:
                    return Taken.OLD
                if header.after:
                    return Taken.GAP
            elif header.after > after:
                return Taken.GAP
            elif header.cursor <= after:
                return Taken.OLD
            elif state.read_at is not None and header.time < state.read_at:
                # Made before what is here: between the two, rows may have moved on that neither names.
                state = replace(state, is_whole=False)
            self._apply(database, page, state)
            return Taken.READ

    def news(self, page: FeedPage) -> int:
        """How many rows came or went with a page that was taken in."""
        return len(page.upserts) + len(page.tombstones)

    def _apply(self, database: Database, page: FeedPage, state: FeedState) -> None:
        header = page.header
        if not header.after or header.scope != state.scope:
            state = FeedState(header.scope, state.reading + 1, is_whole=True)
        try:
            with database.atomic():
                self._note_rows(database, page, state.reading)
                self._sink.take(database, page)
                if not header.more and state.is_whole:
                    self._sweep(database, header, state.reading)
                if not header.more:
                    self._sink.end(database)
        except Exception as error:
            # A full disk ends the whole transaction; the type only, a message may hold personal data.
            if not database.conn.in_transaction:
                raise
            raise ListenerFailed(f"page of {self.name}: {type(error).__name__}") from error
        cursors.store(database, self._sink.cursor, header.cursor)
        _write_state(
            database,
            self.name,
            replace(
                state,
                is_whole=state.is_whole and header.more,
                as_of=header.as_of,
                read_at=header.time,
            ),
        )

    def _note_rows(self, database: Database, page: FeedPage, reading: int) -> None:
        rows = [[self.name, self._sink.key_of(row), reading] for row in page.upserts]
        database.conn.executemany(
            "INSERT INTO feed_row VALUES (?, ?, ?) ON CONFLICT (feed, key) DO UPDATE SET pass = excluded.pass",
            rows,
        )
        database.conn.executemany(
            "DELETE FROM feed_row WHERE feed = ? AND key = ?",
            [[self.name, key] for key in page.tombstones],
        )

    def _sweep(self, database: Database, header: PageHeader, reading: int) -> None:
        """Take out what the whole reading did not name, in steps of a page's size."""
        while True:
            left = database.execute(
                "SELECT key FROM feed_row WHERE feed = ? AND pass <> ? LIMIT ?",
                [self.name, reading, _SWEEP_COUNT],
            ).fetchall()
            if not left:
                return
            gone = FeedPage(header, (), tuple(str(key) for (key,) in left))
            self._note_rows(database, gone, reading)
            self._sink.take(database, gone)


def read_state(database: Database, feed: str) -> FeedState:
    """How far a feed was read."""
    row = database.execute(
        "SELECT scope, pass, is_whole, as_of, read_at FROM feed_state WHERE feed = ?", [feed]
    ).fetchone()
    if row is None:
        return FeedState()
    scope, reading, is_whole, as_of, read_at = row
    return FeedState(
        scope,
        int(reading),
        bool(is_whole),
        parse_utc(as_of) if as_of else None,
        parse_utc(read_at) if read_at else None,
    )


def _write_state(database: Database, feed: str, state: FeedState) -> None:
    database.execute(
        "INSERT INTO feed_state VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (feed) DO UPDATE SET "
        "scope = excluded.scope, pass = excluded.pass, is_whole = excluded.is_whole, "
        "as_of = excluded.as_of, read_at = excluded.read_at",
        [
            feed,
            state.scope,
            state.reading,
            int(state.is_whole),
            iso_utc(state.as_of) if state.as_of else "",
            iso_utc(state.read_at) if state.read_at else "",
        ],
    )
