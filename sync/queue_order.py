"""The order in which the queue is sent, kept in its rows with each change instead of computed for each batch.

Beside its own priority and its own wait each queued row carries what its whole subject makes of them:

urgency         the largest priority number of the subject's queued events up to and including this one, so that an
                urgent event never overtakes an earlier one of its subject
hold_until_ms   the longest wait of these same events, so that a deferred event holds what stands behind it
hold            the boot and the slot of that wait; empty when there is none

The index ``outbox_order`` has them as (hold, urgency, seq). Of each hold that may be due the rows stand there in the
order of sending, and there are few holds: none, and one for each slot of the last quarter of an hour. A batch merges
these streams and reads no row that it does not send.
"""

import contextlib
import heapq
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlite_utils import Database

from sync.events import ClockReading

SLOT_MS = 15_000
"""Waits that end in the same slot share a stream; only in the present slot are single rows looked at."""

_CHUNK = 200

_FIRST = """SELECT hold, urgency, seq, created_wall FROM outbox INDEXED BY outbox_order
    WHERE state = 'queued'"""
_IN_ORDER = "ORDER BY hold, urgency, seq LIMIT 1"


class Place(NamedTuple):
    """What stands in a queued row for the order of sending."""

    urgency: int
    hold: str
    hold_until_ms: int


class Wait(NamedTuple):
    """A row's own deferral."""

    boot_id: str
    until_ms: int


def place_at_end(database: Database, subject: str, priority: int, boot_id: str) -> Place:
    """Where a new event of a subject stands: behind all that is queued of it."""
    before = _place_before(database, subject, None)
    return _place(before, priority, Wait("", 0), boot_id)


def reorder(database: Database, subject: str, first_seq: int, boot_id: str) -> None:
    """Mend the places of a subject's queued events from a number on, after one was put in, taken out or deferred.

    Ends at the first row that is right already: what stands behind it depends on it alone. So a row that is put in
    must come with an urgency that no row can have.
    """
    before: Place | None = None
    is_first = True
    while True:
        rows = database.execute(
            """SELECT seq, priority, not_before_boot, not_before_mono_ms, urgency, hold, hold_until_ms FROM outbox
            WHERE state = 'queued' AND subject = ? AND seq >= ? ORDER BY seq LIMIT ?""",
            [subject, first_seq, 1 if is_first else _CHUNK],
        ).fetchall()
        if not rows:
            return
        if is_first:
            before = _place_before(database, subject, rows[0][0])
            is_first = False
        for seq, priority, wait_boot, wait_ms, *found in rows:
            before = _place(before, priority, Wait(wait_boot or "", wait_ms or 0), boot_id)
            if before == Place(*found):
                return
            database.execute(
                "UPDATE outbox SET urgency = ?, hold = ?, hold_until_ms = ? WHERE seq = ?",
                [*before, seq],
            )
        first_seq = rows[-1][0] + 1


def rebuild(database: Database, boot_id: str) -> None:
    """Mend every queued row at once, after many were put in."""
    database.execute(
        """UPDATE outbox SET urgency = run.urgency, hold_until_ms = run.until,
            hold = CASE run.until WHEN 0 THEN '' ELSE :boot || '/' || printf('%015d', run.until / :slot) END
        FROM (
            SELECT seq, max(priority) OVER subject AS urgency,
                max(CASE not_before_boot WHEN :boot THEN not_before_mono_ms ELSE 0 END) OVER subject AS until
            FROM outbox WHERE state = 'queued'
            WINDOW subject AS (PARTITION BY subject ORDER BY seq)) AS run
        WHERE outbox.seq = run.seq""",
        {"boot": boot_id, "slot": SLOT_MS},
    )


@contextlib.contextmanager
def due_rows(
    database: Database, columns: str, now: ClockReading
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Every due event in the order of sending; read only as far as the caller goes.

    Args:
        columns: of the table ``outbox``, constants of the caller.
    """
    cursors: list[Any] = []
    try:
        for hold in _holds(database):
            until_ms = _due_before(hold, now)
            if until_ms is None:
                continue
            cursor = database.execute(
                f"""SELECT urgency, seq, {columns} FROM outbox INDEXED BY outbox_order
                WHERE state = 'queued' AND hold = ? AND hold_until_ms <= ? ORDER BY urgency, seq""",  # noqa: S608
                [hold, until_ms],
            )
            cursors.append(cursor)
        merged = heapq.merge(*cursors, key=lambda row: row[:2])
        yield (row[2:] for row in merged)
    finally:
        # A statement that is half read would keep its snapshot, and with it the WAL, for ever.
        for cursor in cursors:
            cursor.close()


@contextlib.contextmanager
def queued_rows(
    database: Database, columns: str, after_seq: int
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Every queued event behind a number, by number, due or not; read only as far as the caller goes."""
    cursors: list[Any] = []
    try:
        for hold, urgency, *_ in list(_groups(database)):
            cursor = database.execute(
                f"""SELECT seq, {columns} FROM outbox INDEXED BY outbox_order
                WHERE state = 'queued' AND hold = ? AND urgency = ? AND seq > ? ORDER BY seq""",  # noqa: S608
                [hold, urgency, after_seq],
            )
            cursors.append(cursor)
        merged = heapq.merge(*cursors, key=lambda row: row[0])
        yield (row[1:] for row in merged)
    finally:
        for cursor in cursors:
            cursor.close()


def oldest_created(database: Database) -> str:
    """When the queued event with the lowest number was made; empty when none is queued."""
    oldest = min(((seq, created) for _, _, seq, created in _groups(database)), default=(0, ""))
    return str(oldest[1])


def _place_before(database: Database, subject: str, seq: int | None) -> Place | None:
    row = database.execute(
        """SELECT urgency, hold, hold_until_ms FROM outbox
        WHERE state = 'queued' AND subject = ? AND seq < ? ORDER BY seq DESC LIMIT 1""",
        [subject, 2**62 if seq is None else seq],
    ).fetchone()
    return Place(*row) if row else None


def _place(before: Place | None, priority: int, own: Wait, boot_id: str) -> Place:
    # A wait of an earlier boot has ended; only those of this boot are compared.
    until_ms = own.until_ms if own.boot_id == boot_id else 0
    urgency = priority
    if before is not None:
        urgency = max(urgency, before.urgency)
        if before.hold.rpartition("/")[0] == boot_id:
            until_ms = max(until_ms, before.hold_until_ms)
    if not until_ms:
        return Place(urgency, "", 0)
    return Place(urgency, f"{boot_id}/{until_ms // SLOT_MS:015d}", until_ms)


def _due_before(hold: str, now: ClockReading) -> int | None:
    """The latest end of a wait that is over in this stream; None when the whole stream is still held."""
    boot_id, _, slot = hold.rpartition("/")
    if not hold or boot_id != now.boot_id:
        return 2**62
    return now.monotonic_ms if int(slot) * SLOT_MS <= now.monotonic_ms else None


def _holds(database: Database) -> Iterator[str]:
    """Every hold that occurs, each found by one search in the index."""
    row = database.execute(
        "SELECT hold FROM outbox WHERE state = 'queued' ORDER BY hold LIMIT 1"
    ).fetchone()
    while row:
        yield str(row[0])
        row = database.execute(
            "SELECT hold FROM outbox WHERE state = 'queued' AND hold > ? ORDER BY hold LIMIT 1",
            [row[0]],
        ).fetchone()


def _groups(database: Database) -> Iterator[tuple[str, int, int, str]]:
    """Every pair of hold and urgency that occurs, with number and time of its first event."""
    # Two plain searches: SQLite walks through all equal rows when it is asked for (hold, urgency) > (?, ?).
    hold, urgency = "", -1
    while True:
        row = (
            database.execute(
                f"{_FIRST} AND hold = ? AND urgency > ? {_IN_ORDER}", [hold, urgency]
            ).fetchone()
            or database.execute(f"{_FIRST} AND hold > ? {_IN_ORDER}", [hold]).fetchone()
        )
        if not row:
            return
        yield tuple(row)
        hold, urgency = row[:2]
