"""Taking in a batch: inbox, effect and high-water mark in one transaction, each event in its own savepoint."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from sync.answers import EventResult, EventStatus, Problem
from sync.central import tables
from sync.central.blobs import declare
from sync.central.database import RECEIVED, CentralDatabase, next_number
from sync.central.devices import Device
from sync.central.handlers import Arrival, Refused, handler_of
from sync.central.problems import event_problem
from sync.errors import RejectedItem
from sync.events import iso_utc
from sync.identifiers import is_event_id
from sync.item import MAXIMUM_HEADER_BYTES, SignedItem
from sync.item_body import ItemBody
from sync.signing import Verifier

logger = logging.getLogger(__name__)

RETRY_AFTER_FAULT_S = 60
_MAXIMUM_GAPS = 1000


@dataclass(slots=True)
class _Batch:
    connection: Connection
    device: Device
    verifier: Verifier
    now: datetime
    held_subjects: set[str] = field(default_factory=set)
    hwm: int = 0


def receive_batch(
    database: CentralDatabase, device: Device, items: Sequence[bytes], now: datetime
) -> tuple[tuple[EventResult, ...], int]:
    """Take a batch in; when this returns, it is committed and on the disk.

    Returns:
        a result for each item whose id could be read, and the device's high-water mark.
    """
    with database.writing() as connection:
        row = tables.device
        hwm = connection.execute(select(row.c.hwm).where(row.c.id == device.id)).scalar_one()
        batch = _Batch(connection, device, Verifier(device.public_key), now, hwm=hwm)
        results = [_receive(batch, item) for item in items]
        if batch.hwm > hwm:
            connection.execute(update(row).where(row.c.id == device.id).values(hwm=batch.hwm))
    return tuple(result for result in results if result is not None), batch.hwm


def gaps_of(connection: Connection, device: str) -> tuple[tuple[int, int], ...]:
    """The ranges of sequence numbers that are missing below a device's high-water mark, both ends included."""
    row = tables.inbox
    before = func.coalesce(func.lag(row.c.seq).over(order_by=row.c.seq), 0).label("before")
    pairs = select(row.c.seq, before).where(row.c.device == device).subquery()
    found = connection.execute(
        select(pairs.c.before, pairs.c.seq)
        .where(pairs.c.seq > pairs.c.before + 1)
        .order_by(pairs.c.seq)
        .limit(_MAXIMUM_GAPS)
    )
    return tuple((last + 1, seq - 1) for last, seq in found)


def _receive(batch: _Batch, encoded: bytes) -> EventResult | None:
    try:
        item = SignedItem.decode(encoded)
    except RejectedItem:
        event_id = _readable_id(encoded)
        return _refused(event_id, "malformed", "The item's form is not known") if event_id else None
    event_id = item.header.id
    if item.header.device != batch.device.id:
        return _refused(event_id, "foreign-device", "The item belongs to another device")
    try:
        body = item.open(batch.verifier)
    except RejectedItem:
        return _refused(event_id, "bad-signature", "The item is not as its device signed it")
    if body.subject in batch.held_subjects:
        return _later(event_id)
    result = _settle(batch, item, body)
    if result.status is EventStatus.LATER:
        # What stands behind it in the order of the same subject waits with it.
        batch.held_subjects.add(body.subject)
    return result


def _settle(batch: _Batch, item: SignedItem, body: ItemBody) -> EventResult:
    row = tables.inbox
    known = (
        batch.connection.execute(
            select(row.c.digest, row.c.status, row.c.server_seq).where(row.c.id == body.id)
        )
        .mappings()
        .first()
    )
    if known is not None and known["digest"] != item.digest:
        logger.error("device %s: event id %s came with other bytes", batch.device.id, body.id)
        return _conflict(body.id, "id-reused", "This id belongs to other bytes")
    if known is not None and known["status"] != EventStatus.REJECTED.value:
        return EventResult(id=body.id, status=EventStatus.DUPLICATE, server_seq=known["server_seq"])
    if known is None and _is_seq_taken(batch, body.seq):
        logger.error("device %s: sequence number %s came twice", batch.device.id, body.seq)
        return _conflict(
            body.id,
            "cloned-device",
            "This sequence number belongs to another event: a copied disk?",
        )
    # A rejected event is judged anew each time: the centre may have learnt its kind since.
    server_seq = known["server_seq"] if known else next_number(batch.connection, RECEIVED)
    return _apply(batch, item, body, server_seq, is_new=known is None)


def _apply(
    batch: _Batch, item: SignedItem, body: ItemBody, server_seq: int, *, is_new: bool
) -> EventResult:
    try:
        with batch.connection.begin_nested():
            _write_inbox(batch, item, body, server_seq, is_new=is_new)
            handler_of(body)(batch.connection, Arrival(batch.device.id, body, batch.now))
            problem = declare(
                batch.connection, batch.device.id, body.id, body.attachments, batch.now
            )
            if problem is not None:
                raise Refused(problem)  # noqa: TRY301  (undoes the handler too)
    except Refused as refusal:
        with batch.connection.begin_nested():
            _write_inbox(batch, item, body, server_seq, is_new=is_new, problem=refusal.problem)
        batch.hwm = max(batch.hwm, body.seq)
        return EventResult(
            id=body.id,
            status=EventStatus.REJECTED,
            problem=refusal.problem,
            server_seq=server_seq,
        )
    except Exception as error:
        # One event's fault is no other event's. But a full disk or a lost connection may have ended the whole
        # transaction, and then nothing of this batch may be promised.
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            raise
        # Not the kiosk's fault, so it is not told to set the event aside; the type only, no personal data.
        logger.error("event %s: handler failed: %s", body.id, type(error).__name__)  # noqa: TRY400
        return _later(body.id)
    batch.hwm = max(batch.hwm, body.seq)
    return EventResult(id=body.id, status=EventStatus.APPLIED, server_seq=server_seq)


def _write_inbox(
    batch: _Batch,
    item: SignedItem,
    body: ItemBody,
    server_seq: int,
    *,
    is_new: bool,
    problem: Problem | None = None,
) -> None:
    row = tables.inbox
    status = EventStatus.REJECTED if problem else EventStatus.APPLIED
    outcome = {"status": status.value, "problem": problem.type if problem else ""}
    if not is_new:
        batch.connection.execute(update(row).where(row.c.id == body.id).values(outcome))
        return
    batch.connection.execute(
        insert(row).values(
            id=body.id,
            device=batch.device.id,
            seq=body.seq,
            subject=body.subject,
            digest=item.digest,
            item=item.encoded,
            received_at=iso_utc(batch.now),
            server_seq=server_seq,
            **outcome,
        )
    )


def _is_seq_taken(batch: _Batch, seq: int) -> bool:
    row = tables.inbox
    found = batch.connection.execute(
        select(row.c.id).where(row.c.device == batch.device.id, row.c.seq == seq)
    )
    return found.first() is not None


def _readable_id(encoded: bytes) -> str | None:
    """The id of an item of an unknown form, so that its device learns what became of it."""
    try:
        header = json.loads(encoded[:MAXIMUM_HEADER_BYTES].partition(b"\n")[0])
    except (ValueError, RecursionError):
        return None
    event_id = header.get("id") if isinstance(header, dict) else None
    return event_id if isinstance(event_id, str) and is_event_id(event_id) else None


def _refused(event_id: str, code: str, title: str) -> EventResult:
    return EventResult(id=event_id, status=EventStatus.REJECTED, problem=event_problem(code, title))


def _conflict(event_id: str, code: str, title: str) -> EventResult:
    return EventResult(id=event_id, status=EventStatus.CONFLICT, problem=event_problem(code, title))


def _later(event_id: str) -> EventResult:
    return EventResult(
        id=event_id,
        status=EventStatus.LATER,
        problem=event_problem("not-now", "The centre cannot take this event now"),
        retry_after_s=RETRY_AFTER_FAULT_S,
    )
