"""Reading the items of a batch before any lock is held: this is where the processor's time goes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sync.answers import EventResult, EventStatus, Problem
from sync.central.effects import Arrival, Handler, Refused
from sync.central.handlers import handler_of
from sync.central.problems import event_problem
from sync.errors import RejectedItem
from sync.identifiers import is_event_id
from sync.item import MAXIMUM_HEADER_BYTES, SignedItem
from sync.signing import Verifier


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """An item of the device that delivers it, and what it says."""

    id: str
    seq: int
    subject: str
    digest: str
    encoded: bytes
    arrival: Arrival
    handler: Handler | None
    """None when it is refused."""
    refusal: Problem | None = None
    """Why the event cannot be accepted as it is."""


Reading = OpenedItem | EventResult | None
"""What became of one item so far: open, answered already, or without a name to answer to."""


def open_items(items: Sequence[bytes], device_id: str, verifier: Verifier) -> list[Reading]:
    """Open each item, in their order."""
    return [_open(item, device_id, verifier) for item in items]


def refused(event_id: str, code: str, title: str) -> EventResult:
    """The answer to an event that is not acceptable as it is."""
    return EventResult(id=event_id, status=EventStatus.REJECTED, problem=event_problem(code, title))


def _open(encoded: bytes, device_id: str, verifier: Verifier) -> Reading:
    try:
        item = SignedItem.decode(encoded)
    except RejectedItem:
        event_id = _readable_id(encoded)
        return refused(event_id, "malformed", "The item's form is not known") if event_id else None
    event_id = item.header.id
    if item.header.device != device_id:
        return refused(event_id, "foreign-device", "The item belongs to another device")
    try:
        body = item.open(verifier)
    except RejectedItem:
        return refused(event_id, "bad-signature", "The item is not as its device signed it")
    if "\0" in body.subject:
        # PostgreSQL keeps no NUL in a text.
        return refused(event_id, "malformed", "The subject is not a name")
    handler: Handler | None = None
    content: object = None
    refusal: Problem | None = None
    try:
        handler = handler_of(body)
        content = handler.read(body)
    except Refused as error:
        handler, refusal = None, error.problem
    return OpenedItem(
        id=body.id,
        seq=body.seq,
        subject=body.subject,
        digest=item.digest,
        encoded=encoded,
        arrival=Arrival(body, content),
        handler=handler,
        refusal=refusal,
    )


def _readable_id(encoded: bytes) -> str | None:
    """The id of an item of an unknown form, so that its device learns what became of it."""
    try:
        header = json.loads(encoded[:MAXIMUM_HEADER_BYTES].partition(b"\n")[0])
    except (ValueError, RecursionError):
        return None
    event_id = header.get("id") if isinstance(header, dict) else None
    return event_id if isinstance(event_id, str) and is_event_id(event_id) else None
