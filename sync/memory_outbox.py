"""The outbox in memory: the same contract without a file, for tests of what stands above it."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sync.errors import RejectedItem
from sync.events import Clock, ClockReading, OutboxEvent, SystemClock
from sync.framing import LENGTH_BYTES
from sync.item import item_digest, sign_item
from sync.outbox import (
    MAXIMUM_DEFERRAL_S,
    ItemState,
    OutboxCounts,
    OutboxEntry,
    ParkReason,
    PendingItem,
)
from sync.signing import DeviceSigner


@dataclass(frozen=True, slots=True)
class _Row:
    pending: PendingItem
    entry: OutboxEntry
    not_before_ms: int | None = None
    not_before_boot: str = ""

    def is_held(self, now: ClockReading) -> bool:
        return (
            self.not_before_ms is not None
            and self.not_before_boot == now.boot_id
            and self.not_before_ms > now.monotonic_ms
        )


class MemoryOutbox:
    """Keeps rows in a dictionary; the ``database`` of every call is ignored."""

    def __init__(self, device_id: str, signer: DeviceSigner, clock: Clock | None = None) -> None:
        self.device_id = device_id
        self._signer = signer
        self._clock = clock if clock is not None else SystemClock()
        self._rows: dict[str, _Row] = {}

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo everything in the body when it fails."""
        before = dict(self._rows)
        try:
            yield
        except BaseException:
            self._rows = before
            raise

    def append(self, database: object, event: OutboxEvent) -> PendingItem:
        """Sign an event and queue it.

        Raises:
            RejectedItem: the event can never be sent.
        """
        if event.id in self._rows:
            raise RejectedItem("event id was used before")
        seq = len(self._rows) + 1
        reading = self._clock.read()
        item = sign_item(event, self.device_id, seq, reading, self._signer)
        pending = PendingItem(
            seq, event.id, event.subject, event.kind, event.priority, 0, item, item_digest(item)
        )
        entry = OutboxEntry(
            seq=seq,
            id=event.id,
            subject=event.subject,
            kind=event.kind,
            state=ItemState.QUEUED,
            attempts=0,
            created_at=reading.wall,
            settled_at=None,
            last_error_code="",
            last_error_text="",
            server_seq=None,
            digest=pending.digest,
            size=len(item),
        )
        self._rows[event.id] = _Row(pending, entry)
        return pending

    def next_batch(
        self,
        database: object,
        limit_count: int,
        limit_bytes: int,
        now: ClockReading,
        skip_subjects: Collection[str] = (),
    ) -> Sequence[PendingItem]:
        """What to send next, by the rules of ``Outbox.next_batch``."""
        held = set(skip_subjects)
        urgency: dict[str, int] = {}
        ready: list[tuple[int, int, PendingItem]] = []
        for row in self._in_state(ItemState.QUEUED):
            subject = row.pending.subject
            if row.is_held(now):
                held.add(subject)
            if subject not in held:
                urgency[subject] = max(urgency.get(subject, 0), row.pending.priority)
                ready.append((urgency[subject], row.pending.seq, row.pending))
        batch: list[PendingItem] = []
        total = 0
        for _, _, pending in sorted(ready, key=lambda place: place[:2])[:limit_count]:
            total += LENGTH_BYTES + len(pending.item)
            if batch and total > limit_bytes:
                break
            batch.append(pending)
        return batch

    def acknowledge(
        self,
        database: object,
        event_id: str,
        server_seq: int | None,
        at: datetime,
        digest: str = "",
    ) -> bool:
        """The centre has it."""
        row = self._rows.get(event_id)
        if row is None or row.entry.state is ItemState.ACKNOWLEDGED:
            return False
        if digest not in ("", row.pending.digest):
            return False
        self._rows[event_id] = replace(
            row,
            entry=replace(
                row.entry,
                state=ItemState.ACKNOWLEDGED,
                server_seq=server_seq,
                settled_at=at,
                last_error_code="",
                last_error_text="",
                park_reason=None,
            ),
        )
        return True

    def defer(
        self,
        database: object,
        event_id: str,
        delay_s: float,
        now: ClockReading,
        code: str,
        text: str,
    ) -> bool:
        """Try a queued event again later."""
        row = self._find(event_id, ItemState.QUEUED)
        if row is None:
            return False
        bounded_s = min(max(delay_s, 0.0), float(MAXIMUM_DEFERRAL_S))
        attempts = row.pending.attempts + 1
        self._rows[event_id] = replace(
            row,
            pending=replace(row.pending, attempts=attempts),
            entry=replace(row.entry, attempts=attempts, last_error_code=code, last_error_text=text),
            not_before_ms=now.monotonic_ms + round(bounded_s * 1000),
            not_before_boot=now.boot_id,
        )
        return True

    def park(
        self,
        database: object,
        event_id: str,
        code: str,
        text: str,
        at: datetime,
        reason: ParkReason = ParkReason.REFUSED,
    ) -> bool:
        """Set a queued event aside with its reason."""
        row = self._find(event_id, ItemState.QUEUED)
        if row is None:
            return False
        entry = replace(
            row.entry,
            state=ItemState.PARKED,
            settled_at=at,
            last_error_code=code,
            last_error_text=text,
            park_reason=reason,
        )
        self._rows[event_id] = replace(row, entry=entry)
        return True

    def retry(self, database: object, event_id: str) -> bool:
        """Queue a parked event again with the same bytes, unless it is gone."""
        row = self._find(event_id, ItemState.PARKED)
        if row is None or row.entry.park_reason is ParkReason.GONE:
            return False
        self._rows[event_id] = _queued_again(row)
        return True

    def requeue(self, database: object, above_seq: int, gaps: Sequence[tuple[int, int]]) -> int:
        """Queue acknowledged events again that the centre does not hold any more."""
        lost = [
            row
            for row in self._in_state(ItemState.ACKNOWLEDGED)
            if row.pending.item
            and (
                row.pending.seq > above_seq
                or any(first <= row.pending.seq <= last for first, last in gaps)
            )
        ]
        for row in lost:
            self._rows[row.pending.id] = _queued_again(row)
        return len(lost)

    def has_kept(self, database: object) -> bool:
        """Whether there is an acknowledged event that still has its bytes."""
        return any(row.pending.item for row in self._in_state(ItemState.ACKNOWLEDGED))

    def erase(self, database: object, settled_before: datetime, limit: int) -> int:
        """Erase the bytes and the subject of acknowledged events, oldest first."""
        kept = [
            (row.entry.settled_at, row.entry.seq, row)
            for row in self._in_state(ItemState.ACKNOWLEDGED)
            if row.pending.item and row.entry.settled_at and row.entry.settled_at < settled_before
        ]
        chosen = sorted(kept, key=lambda place: place[:2])[:limit]
        for _, _, row in chosen:
            self._rows[row.pending.id] = replace(
                row,
                pending=replace(row.pending, item=b"", subject=""),
                entry=replace(row.entry, size=0, subject=""),
            )
        return len(chosen)

    def counts(self, database: object) -> OutboxCounts:
        """How many wait, how many are parked, since when."""
        waiting = self._in_state(ItemState.QUEUED)
        oldest = waiting[0].entry.created_at if waiting else None
        return OutboxCounts(len(waiting), len(self._in_state(ItemState.PARKED)), oldest)

    def items(
        self, database: object, state: ItemState, limit: int = 200, after_seq: int = 0
    ) -> Sequence[OutboxEntry]:
        """List rows of a state by sequence number."""
        entries = [self._shown(row) for row in self._in_state(state) if row.entry.seq > after_seq]
        return entries[:limit]

    def find(self, database: object, event_id: str) -> OutboxEntry | None:
        """One row, whatever its state."""
        row = self._rows.get(event_id)
        return self._shown(row) if row is not None else None

    def _shown(self, row: _Row) -> OutboxEntry:
        if row.entry.state is not ItemState.QUEUED:
            return row.entry
        boot_id = self._clock.read().boot_id
        ends_ms = [
            one.not_before_ms
            for one in self._in_state(ItemState.QUEUED)
            if one.pending.subject == row.pending.subject
            and one.pending.seq <= row.pending.seq
            and one.not_before_ms
            and one.not_before_boot == boot_id
        ]
        if not ends_ms:
            return row.entry
        return replace(row.entry, held_until_ms=max(ends_ms), held_boot=boot_id)

    def _in_state(self, state: ItemState) -> list[_Row]:
        return [row for row in self._rows.values() if row.entry.state is state]

    def _find(self, event_id: str, state: ItemState) -> _Row | None:
        row = self._rows.get(event_id)
        return row if row is not None and row.entry.state is state else None


def _queued_again(row: _Row) -> _Row:
    entry = replace(
        row.entry,
        state=ItemState.QUEUED,
        attempts=0,
        settled_at=None,
        server_seq=None,
        park_reason=None,
    )
    return replace(row, pending=replace(row.pending, attempts=0), entry=entry, not_before_ms=None)
