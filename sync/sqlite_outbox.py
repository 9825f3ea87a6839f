"""The outbox in the encrypted database."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.centre_clock import ClockSource
from sync.errors import RejectedItem
from sync.events import Clock, ClockReading, OutboxEvent, SystemClock, iso_utc, parse_utc
from sync.framing import LENGTH_BYTES
from sync.item import CODEC, DICTIONARY, SEAL, item_digest, sign_item
from sync.outbox import (
    MAXIMUM_DEFERRAL_S,
    ItemState,
    OutboxCounts,
    OutboxEntry,
    PendingItem,
)
from sync.signing import DeviceSigner

_INSERT = """INSERT INTO outbox (seq, id, subject, kind, schema, priority, created_wall, boot_id, monotonic_ms,
    item, digest, codec, dictionary, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

# The running maxima keep a subject's own order: what stands behind a deferred event is held with it, and what
# stands behind a less urgent one is sent no earlier than that one.
_NEXT_BATCH = """WITH run AS (
        SELECT seq,
            max(not_before_boot = :boot AND not_before_mono_ms > :now_ms)
                OVER (PARTITION BY subject ORDER BY seq) AS is_held,
            max(priority) OVER (PARTITION BY subject ORDER BY seq) AS urgency
        FROM outbox
        WHERE state = 'queued' AND subject NOT IN (SELECT value FROM json_each(:skipped)))
    SELECT outbox.seq, id, subject, kind, priority, attempts, item, digest
    FROM run JOIN outbox USING (seq)
    WHERE coalesce(is_held, 0) = 0
    ORDER BY urgency, outbox.seq
    LIMIT :limit_count"""

_TEXT_LIMIT = 200


class SqliteOutbox:
    """Signs as one device; holds no connection, so that the caller's transaction is always the one used."""

    def __init__(self, device_id: str, signer: DeviceSigner, clock: Clock | None = None) -> None:
        self.device_id = device_id
        self._signer = signer
        self._clocks = ClockSource(clock if clock is not None else SystemClock())

    def append(self, database: Database, event: OutboxEvent) -> PendingItem:
        """Sign an event and queue it in the open transaction.

        Raises:
            RejectedItem: the event can never be sent (too large, not JSON, an id used before); nothing is written.
            RuntimeError: no transaction is open, so a receipt could be given for a row that is not committed.
        """
        if not database.conn.in_transaction:
            raise RuntimeError("append must join the transaction of the caller")
        if database.execute("SELECT 1 FROM outbox WHERE id = ?", [event.id]).fetchone():
            raise RejectedItem("event id was used before")
        seq = self._next_seq(database)
        reading = self._clocks.read(database)
        item = sign_item(event, self.device_id, seq, reading, self._signer)
        digest = item_digest(item)
        database.execute(
            _INSERT,
            [
                seq,
                event.id,
                event.subject,
                event.kind,
                event.schema_version,
                event.priority,
                iso_utc(reading.wall),
                reading.boot_id,
                reading.monotonic_ms,
                item,
                digest,
                CODEC,
                DICTIONARY,
                SEAL,
            ],
        )
        return PendingItem(
            seq, event.id, event.subject, event.kind, event.priority, 0, item, digest
        )

    def _next_seq(self, database: Database) -> int:
        # The number is signed, so it is needed before the insert. Reading AUTOINCREMENT's own counter is safe
        # because the transaction began as a writer, and costs one page write less than a counter of our own.
        row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return int(row[0]) + 1 if row else 1

    def next_batch(
        self,
        database: Database,
        limit_count: int,
        limit_bytes: int,
        now: ClockReading,
        skip_subjects: Collection[str] = (),
    ) -> Sequence[PendingItem]:
        """What to send next, by the rules of ``Outbox.next_batch``."""
        rows = database.execute(
            _NEXT_BATCH,
            {
                "boot": now.boot_id,
                "now_ms": now.monotonic_ms,
                "skipped": json.dumps(sorted(skip_subjects)),
                "limit_count": limit_count,
            },
        )
        batch: list[PendingItem] = []
        total = 0
        for row in rows.fetchall():
            pending = PendingItem(*row)
            total += LENGTH_BYTES + len(pending.item)
            if batch and total > limit_bytes:
                break
            batch.append(pending)
        return batch

    def acknowledge(
        self, database: Database, event_id: str, server_seq: int | None, at: datetime
    ) -> bool:
        """The centre has it; a parked event that reached it by another path is settled too."""
        cursor = database.execute(
            """UPDATE outbox SET state = 'acknowledged', server_seq = ?, settled_at = ?,
                last_error_code = '', last_error_text = ''
            WHERE id = ? AND state <> 'acknowledged'""",
            [server_seq, iso_utc(at), event_id],
        )
        return cursor.rowcount == 1

    def defer(
        self,
        database: Database,
        event_id: str,
        delay_s: float,
        now: ClockReading,
        code: str,
        text: str,
    ) -> bool:
        """Try a queued event again later; monotonic time, so a jump of the wall clock changes nothing."""
        bounded_s = min(max(delay_s, 0.0), float(MAXIMUM_DEFERRAL_S))
        cursor = database.execute(
            """UPDATE outbox SET attempts = attempts + 1, not_before_mono_ms = ?, not_before_boot = ?,
                last_error_code = ?, last_error_text = ?
            WHERE id = ? AND state = 'queued'""",
            [
                now.monotonic_ms + round(bounded_s * 1000),
                now.boot_id,
                code[:_TEXT_LIMIT],
                text[:_TEXT_LIMIT],
                event_id,
            ],
        )
        return cursor.rowcount == 1

    def park(self, database: Database, event_id: str, code: str, text: str, at: datetime) -> bool:
        """Set a queued event aside with its reason."""
        cursor = database.execute(
            """UPDATE outbox SET state = 'parked', settled_at = ?, last_error_code = ?, last_error_text = ?
            WHERE id = ? AND state = 'queued'""",
            [iso_utc(at), code[:_TEXT_LIMIT], text[:_TEXT_LIMIT], event_id],
        )
        return cursor.rowcount == 1

    def retry(self, database: Database, event_id: str) -> bool:
        """Queue a parked event again with the same bytes."""
        cursor = database.execute(
            """UPDATE outbox SET state = 'queued', attempts = 0, not_before_mono_ms = NULL, not_before_boot = NULL,
                settled_at = NULL
            WHERE id = ? AND state = 'parked'""",
            [event_id],
        )
        return cursor.rowcount == 1

    def requeue(self, database: Database, above_seq: int, gaps: Sequence[tuple[int, int]]) -> int:
        """Queue acknowledged events again that the centre does not hold any more."""
        cursor = database.execute(
            """UPDATE outbox SET state = 'queued', attempts = 0, not_before_mono_ms = NULL, not_before_boot = NULL,
                settled_at = NULL, server_seq = NULL
            WHERE state = 'acknowledged' AND (seq > :above OR EXISTS (
                SELECT 1 FROM json_each(:gaps) AS gap
                WHERE outbox.seq BETWEEN gap.value ->> 0 AND gap.value ->> 1))""",
            {"above": above_seq, "gaps": json.dumps([list(gap) for gap in gaps])},
        )
        return int(cursor.rowcount)

    def counts(self, database: Database) -> OutboxCounts:
        """How many wait, how many are parked, since when."""
        waiting, oldest = database.execute(
            "SELECT count(*), min(created_wall) FROM outbox WHERE state = 'queued'"
        ).fetchone()
        (parked,) = database.execute(
            "SELECT count(*) FROM outbox WHERE state = 'parked'"
        ).fetchone()
        return OutboxCounts(int(waiting), int(parked), parse_utc(oldest) if oldest else None)

    def items(
        self, database: Database, state: ItemState, limit: int = 200, after_seq: int = 0
    ) -> Sequence[OutboxEntry]:
        """List rows of a state by sequence number."""
        rows = database.execute(
            """SELECT seq, id, subject, kind, state, attempts, created_wall, settled_at,
                last_error_code, last_error_text, server_seq
            FROM outbox WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?""",
            [state.value, after_seq, limit],
        )
        return [_entry(row) for row in rows.fetchall()]


def _entry(row: Sequence[Any]) -> OutboxEntry:
    seq, event_id, subject, kind, state, attempts, created, settled, code, text, server_seq = row
    return OutboxEntry(
        seq=seq,
        id=event_id,
        subject=subject,
        kind=kind,
        state=ItemState(state),
        attempts=attempts,
        created_at=parse_utc(created),
        settled_at=parse_utc(settled) if settled else None,
        last_error_code=code,
        last_error_text=text,
        server_seq=server_seq,
    )
