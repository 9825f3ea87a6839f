"""What the centre knows already decides first: a known event is answered, never written again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from sync.answers import EventResult, EventStatus
from sync.central import tables
from sync.central.bulk import BulkSelect
from sync.central.opening import Decoded, DecodedItem, OpenedItem
from sync.central.problems import event_problem

RETRY_AFTER_FAULT_S = 60
GONE = "gone"
CLONED = "cloned-device"
REUSED = "id-reused"

_KEY = tables.event_key.c
_BY_ID = BulkSelect([_KEY.id, _KEY.digest, _KEY.status, _KEY.server_seq], _KEY.id)
_BY_SEQ = BulkSelect([_KEY.seq, _KEY.id], _KEY.seq, _KEY.device)


class KnownEvent(NamedTuple):
    """An event that is kept, or that comes earlier in the same batch."""

    digest: str
    status: str
    server_seq: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a batch's ids and sequence numbers."""

    events: dict[str, KnownEvent]
    """By id."""
    owners: dict[int, str]
    """Ids by the device's sequence numbers."""

    def verdict(self, item: OpenedItem) -> EventResult | None:
        """The answer to an event that is known or that clashes with one; None for one that is to be applied."""
        known = self.events.get(item.id)
        if known is None:
            if self.owners.get(item.seq, item.id) != item.id:
                return conflict(
                    item.id,
                    CLONED,
                    "This sequence number belongs to another event: a copied disk?",
                )
            return None
        if known.digest != item.digest:
            return conflict(item.id, REUSED, "This id belongs to other bytes")
        if known.status == EventStatus.REJECTED.value:
            # Judged anew each time: the centre may have learnt its kind since.
            return None
        if known.status == EventStatus.GONE.value:
            return gone(item.id)
        return EventResult(id=item.id, status=EventStatus.DUPLICATE, server_seq=known.server_seq)


def answered(connection: Connection, items: Sequence[Decoded]) -> tuple[list[Decoded], bool]:
    """Answer those whose very bytes are kept: they were opened when they came first.

    An item that comes again costs no cryptography, and is known also when the key that it was sealed to is not kept
    any more.

    Returns:
        the items, and whether none of their ids is known.
    """
    ids = {one.id for one in items if isinstance(one, DecodedItem)}
    found = {line.id: line for line in _BY_ID(connection, ids)} if ids else {}
    if not found:
        return list(items), True

    def answer(one: DecodedItem) -> Decoded:
        line = found.get(one.id)
        if line is None or line.digest != one.digest or line.status == EventStatus.REJECTED.value:
            return one
        if line.status == EventStatus.GONE.value:
            return gone(one.id)
        return EventResult(id=one.id, status=EventStatus.DUPLICATE, server_seq=line.server_seq)

    return [answer(one) if isinstance(one, DecodedItem) else one for one in items], False


def known_among(connection: Connection, device: str, items: Sequence[OpenedItem]) -> Known:
    """Ask for all of a batch at once."""
    ids = {item.id for item in items}
    seqs = {item.seq for item in items}
    events = {
        str(line.id): KnownEvent(line.digest, line.status, line.server_seq)
        for line in _BY_ID(connection, ids)
    }
    taken = _BY_SEQ(connection, seqs, device)
    return Known(events, {int(line.seq): str(line.id) for line in taken})


def conflict(event_id: str, code: str, title: str) -> EventResult:
    """The answer to an event that clashes with one that is kept."""
    return EventResult(id=event_id, status=EventStatus.CONFLICT, problem=event_problem(code, title))


def gone(event_id: str) -> EventResult:
    """The answer to an event that the centre had, erased, and does not take again."""
    return EventResult(
        id=event_id,
        status=EventStatus.GONE,
        problem=event_problem(GONE, "The centre has erased this event and takes it no more"),
    )


def for_version_1(result: EventResult) -> EventResult:
    """The same for a device that knows no such status: it sets the event aside with the reason."""
    if result.status is not EventStatus.GONE:
        return result
    return result.model_copy(update={"status": EventStatus.REJECTED})


def later(event_id: str) -> EventResult:
    """The answer to an event that cannot be taken now, which is not its own fault."""
    return EventResult(
        id=event_id,
        status=EventStatus.LATER,
        problem=event_problem("not-now", "The centre cannot take this event now"),
        retry_after_s=RETRY_AFTER_FAULT_S,
    )
