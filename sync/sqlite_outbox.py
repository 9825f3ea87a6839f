"""The outbox in the encrypted database."""

import itertools
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from sync.centre_clock import ClockSource
from sync.errors import RejectedItem
from sync.events import Clock, ClockReading, OutboxEvent, SystemClock, iso_utc, parse_utc
from sync.framing import LENGTH_BYTES
from sync.item_maker import ItemMaker
from sync.outbox import (
    MAXIMUM_DEFERRAL_S,
    ItemState,
    OutboxCounts,
    OutboxEntry,
    ParkReason,
    PendingItem,
)
from sync.queue_order import due_rows, oldest_created, place_at_end, queued_rows, rebuild, reorder
from sync.signing import DeviceSigner

_INSERT = """INSERT INTO outbox (seq, id, subject, kind, schema, priority, created_wall, boot_id, monotonic_ms,
    item, digest, codec, dictionary, seal, urgency, hold, hold_until_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

_PENDING = "seq, id, subject, kind, priority, attempts, item, digest"

_ENTRY = """seq, id, subject, kind, state, attempts, created_wall, settled_at, last_error_code, last_error_text,
    server_seq, digest, length(item), park_reason, hold_until_ms, hold"""

# No row can have this urgency, so that the place is worked out anew.
_QUEUED_AGAIN = """state = 'queued', attempts = 0, not_before_mono_ms = NULL, not_before_boot = NULL,
    settled_at = NULL, park_reason = '', urgency = -1"""

_TEXT_LIMIT = 200


class SqliteOutbox:
    """Seals as one device; holds no connection, so that the caller's transaction is always the one used.

    Args:
        centre_key: the centre's key of the settings, 32 bytes: events are sealed as soon as a keyring of that centre is
            kept. None signs them only.
    """

    def __init__(
        self,
        device_id: str,
        signer: DeviceSigner,
        clock: Clock | None = None,
        centre_key: bytes | None = None,
    ) -> None:
        self.device_id = device_id
        self._maker = ItemMaker(device_id, signer, centre_key)
        self._clock = clock if clock is not None else SystemClock()
        self._clocks = ClockSource(self._clock)

    def append(self, database: Database, event: OutboxEvent) -> PendingItem:
        """Seal an event and queue it in the open transaction.

        Raises:
            RejectedItem: the event can never be sent (too large, not JSON, an id used before); nothing is written.
            RuntimeError: no transaction is open, so a receipt could be given for a row that is not committed.
        """
        if not database.conn.in_transaction:
            raise RuntimeError("append must join the transaction of the caller")
        seq = self._next_seq(database)
        reading = self._clocks.read(database)
        made = self._maker.make(database, event, seq, reading)
        place = place_at_end(database, event.subject, event.priority, reading.boot_id)
        row = [
            seq,
            event.id,
            event.subject,
            event.kind,
            event.schema_version,
            event.priority,
            iso_utc(reading.wall),
            reading.boot_id,
            reading.monotonic_ms,
            made.encoded,
            made.digest,
            made.codec,
            made.dictionary,
            made.seal,
            *place,
        ]
        try:
            database.execute(_INSERT, row)
        except dbapi2.IntegrityError as error:
            # The statement took itself back, its sequence number with it.
            if _is_known(database, event.id):
                raise RejectedItem("event id was used before") from error
            raise
        return PendingItem(
            seq,
            event.id,
            event.subject,
            event.kind,
            event.priority,
            0,
            made.encoded,
            made.digest,
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
        batch: list[PendingItem] = []
        total = 0
        with due_rows(database, _PENDING, now) as rows:
            while len(batch) < limit_count and (row := next(rows, None)) is not None:
                pending = PendingItem(*row)
                if pending.subject in skip_subjects:
                    continue
                total += LENGTH_BYTES + len(pending.item)
                if batch and total > limit_bytes:
                    break
                batch.append(pending)
        return batch

    def acknowledge(
        self,
        database: Database,
        event_id: str,
        server_seq: int | None,
        at: datetime,
        digest: str = "",
    ) -> bool:
        """The centre has it; a parked event that reached it by another path is settled too."""
        row = database.execute(
            "SELECT seq, subject, state, digest FROM outbox WHERE id = ?", [event_id]
        ).fetchone()
        if row is None or row[2] == ItemState.ACKNOWLEDGED or digest not in ("", row[3]):
            return False
        seq, subject, state, _ = row
        database.execute(
            """UPDATE outbox SET state = 'acknowledged', server_seq = ?, settled_at = ?, park_reason = '',
                last_error_code = '', last_error_text = ''
            WHERE seq = ?""",
            [server_seq, iso_utc(at), seq],
        )
        if state == ItemState.QUEUED:
            reorder(database, subject, seq + 1, self._clock.read().boot_id)
        return True

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
        found = _find_in_state(database, event_id, ItemState.QUEUED)
        if found is None:
            return False
        seq, subject = found
        bounded_s = min(max(delay_s, 0.0), float(MAXIMUM_DEFERRAL_S))
        until_ms = now.monotonic_ms + round(bounded_s * 1000)
        database.execute(
            """UPDATE outbox SET attempts = attempts + 1, not_before_mono_ms = ?, not_before_boot = ?,
                last_error_code = ?, last_error_text = ?
            WHERE seq = ?""",
            [until_ms, now.boot_id, code[:_TEXT_LIMIT], text[:_TEXT_LIMIT], seq],
        )
        reorder(database, subject, seq, now.boot_id)
        return True

    def park(
        self,
        database: Database,
        event_id: str,
        code: str,
        text: str,
        at: datetime,
        reason: ParkReason = ParkReason.REFUSED,
    ) -> bool:
        """Set a queued event aside with its reason."""
        found = _find_in_state(database, event_id, ItemState.QUEUED)
        if found is None:
            return False
        seq, subject = found
        database.execute(
            """UPDATE outbox SET state = 'parked', settled_at = ?, park_reason = ?, last_error_code = ?,
                last_error_text = ?
            WHERE seq = ?""",
            [iso_utc(at), reason.value, code[:_TEXT_LIMIT], text[:_TEXT_LIMIT], seq],
        )
        reorder(database, subject, seq + 1, self._clock.read().boot_id)
        return True

    def retry(self, database: Database, event_id: str) -> bool:
        """Queue a parked event again with the same bytes, unless it is gone."""
        found = _find_in_state(database, event_id, ItemState.PARKED)
        if found is None:
            return False
        seq, subject = found
        cursor = database.execute(
            f"UPDATE outbox SET {_QUEUED_AGAIN} WHERE seq = ? AND park_reason <> ?",  # noqa: S608 (constants only)
            [seq, ParkReason.GONE.value],
        )
        if cursor.rowcount != 1:
            return False
        reorder(database, subject, seq, self._clock.read().boot_id)
        return True

    def requeue(self, database: Database, above_seq: int, gaps: Sequence[tuple[int, int]]) -> int:
        """Queue acknowledged events again that the centre does not hold any more and that still have their bytes."""
        cursor = database.execute(
            f"""UPDATE outbox SET {_QUEUED_AGAIN}, server_seq = NULL
            WHERE state = 'acknowledged' AND erased_at IS NULL AND (seq > :above OR EXISTS (
                SELECT 1 FROM json_each(:gaps) AS gap
                WHERE outbox.seq BETWEEN gap.value ->> 0 AND gap.value ->> 1))""",  # noqa: S608 (constants only)
            {"above": above_seq, "gaps": json.dumps([list(gap) for gap in gaps])},
        )
        if cursor.rowcount:
            rebuild(database, self._clock.read().boot_id)
        return int(cursor.rowcount)

    def has_kept(self, database: Database) -> bool:
        """Whether there is an acknowledged event that still has its bytes."""
        row = database.execute(
            "SELECT 1 FROM outbox WHERE state = 'acknowledged' AND erased_at IS NULL LIMIT 1"
        ).fetchone()
        return row is not None

    def erase(self, database: Database, settled_before: datetime, limit: int) -> int:
        """Erase the bytes and the subject of acknowledged events, oldest first; the rows stay for ever."""
        cursor = database.execute(
            """UPDATE outbox SET item = x'', subject = '', erased_at = ? WHERE seq IN (
                SELECT seq FROM outbox INDEXED BY outbox_kept
                WHERE state = 'acknowledged' AND erased_at IS NULL AND settled_at < ?
                ORDER BY settled_at LIMIT ?)""",
            [iso_utc(self._clock.read().wall), iso_utc(settled_before), limit],
        )
        return int(cursor.rowcount)

    def counts(self, database: Database) -> OutboxCounts:
        """How many wait, how many are parked, since when."""
        (waiting,) = database.execute(
            "SELECT count(*) FROM outbox INDEXED BY outbox_order WHERE state = 'queued'"
        ).fetchone()
        (parked,) = database.execute(
            "SELECT count(*) FROM outbox INDEXED BY outbox_parked WHERE state = 'parked'"
        ).fetchone()
        oldest = oldest_created(database)
        return OutboxCounts(int(waiting), int(parked), parse_utc(oldest) if oldest else None)

    def items(
        self, database: Database, state: ItemState, limit: int = 200, after_seq: int = 0
    ) -> Sequence[OutboxEntry]:
        """List rows of a state by sequence number."""
        if state is ItemState.QUEUED:
            with queued_rows(database, _ENTRY, after_seq) as rows:
                return [_entry(row) for row in itertools.islice(rows, limit)]
        found = database.execute(
            f"SELECT {_ENTRY} FROM outbox WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
            [state.value, after_seq, limit],
        )
        return [_entry(row) for row in found.fetchall()]

    def find(self, database: Database, event_id: str) -> OutboxEntry | None:
        """One row, whatever its state."""
        row = database.execute(
            f"SELECT {_ENTRY} FROM outbox WHERE id = ?",  # noqa: S608 (constants only)
            [event_id],
        ).fetchone()
        return _entry(row) if row else None


def _is_known(database: Database, event_id: str) -> bool:
    return bool(database.execute("SELECT 1 FROM outbox WHERE id = ?", [event_id]).fetchone())


def _find_in_state(database: Database, event_id: str, state: ItemState) -> tuple[int, str] | None:
    row = database.execute(
        "SELECT seq, subject FROM outbox WHERE id = ? AND state = ?", [event_id, state.value]
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def _entry(row: Sequence[Any]) -> OutboxEntry:
    """Read a row of ``_ENTRY``."""
    is_queued = row[4] == ItemState.QUEUED
    return OutboxEntry(
        seq=row[0],
        id=row[1],
        subject=row[2],
        kind=row[3],
        state=ItemState(row[4]),
        attempts=row[5],
        created_at=parse_utc(row[6]),
        settled_at=parse_utc(row[7]) if row[7] else None,
        last_error_code=row[8],
        last_error_text=row[9],
        server_seq=row[10],
        digest=row[11],
        size=row[12],
        park_reason=ParkReason(row[13]) if row[13] else None,
        held_until_ms=row[14] if is_queued else 0,
        held_boot=row[15].rpartition("/")[0] if is_queued else "",
    )
