"""Reading the items of a batch before any lock is held: this is where the processor's time goes."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.answers import PROTOCOL_VERSION, EventResult, EventStatus, Problem
from sync.central.device_keys import DeviceKeyRange
from sync.central.effects import Arrival, Handler, Refused
from sync.central.handlers import handler_of
from sync.central.problems import event_problem
from sync.envelope import UNKNOWN_DEVICE_KEY, SealedItem, readable_id
from sync.errors import RejectedItem
from sync.identifiers import is_event_id
from sync.item import MAXIMUM_HEADER_BYTES, SignedItem
from sync.item_body import ItemBody
from sync.sealing import OpeningKey

_RETRY_AFTER_KEY_S = 60
_ONE_BATCH = threading.Lock()
"""The interpreter opens one at a time anyway. With many at it, whoever writes would have to wait for each of them after
every statement, and everybody waits for whoever writes."""


@dataclass(frozen=True, slots=True)
class ItemReader:
    """What items are read with."""

    decode: Callable[[bytes], SignedItem | SealedItem] = SignedItem.decode
    openers: Mapping[str, OpeningKey] = field(default_factory=dict)
    """The centre's keys that items may be sealed to, by id."""
    was_ours: Callable[[str], bool] = lambda _key_id: False
    """Whether a key that is not among them was the centre's once."""
    protocol: int = PROTOCOL_VERSION
    """What the device that reads the answers knows."""

    def open(self, item: SignedItem | SealedItem, keys: Mapping[str, DeviceKeyRange]) -> ItemBody:
        """Read an item of a device with these keys.

        Raises:
            RejectedItem: with its reason.
        """
        key = keys.get(item.header.key)
        if key is not None and not key.signs(item.header.seq):
            # A key that was stolen before it was changed must not sign what comes after.
            raise RejectedItem("The item is signed by a key whose time is over", "retired-key")
        if isinstance(item, SealedItem):
            key_id = item.header.sealing_key
            if key_id not in self.openers and self.was_ours(key_id):
                raise RejectedItem("The item is sealed to a key whose time is over", "retired-key")
            return item.open(self.openers, {key.verifier.key_id: key.verifier} if key else {})
        if key is None:
            raise RejectedItem("The item is not as its device signed it", "bad-signature")
        return item.open(key.verifier)


BEFORE = ItemReader()
"""Reads items of version 1 only, as its routes do."""


class OpenedItem(NamedTuple):
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


class DecodedItem(NamedTuple):
    """An item of the device that delivers it, of which only the form is known so far."""

    id: str
    seq: int
    digest: str
    item: SignedItem | SealedItem


Decoded = DecodedItem | EventResult | None


def decode_items(items: Sequence[bytes], device_id: str, reader: ItemReader) -> list[Decoded]:
    """Take each item apart, in their order; nothing that costs time is done yet."""
    return [_decode(item, device_id, reader) for item in items]


def open_items(
    items: Sequence[Decoded], keys: Mapping[str, DeviceKeyRange], reader: ItemReader
) -> list[Reading]:
    """Open each item, in their order; what is answered already stays as it is.

    Args:
        keys: the device's, by id.
    """
    with _ONE_BATCH:
        return [_open(one, keys, reader) if isinstance(one, DecodedItem) else one for one in items]


def refused(event_id: str, code: str, title: str) -> EventResult:
    """The answer to an event that is not acceptable as it is."""
    return EventResult(id=event_id, status=EventStatus.REJECTED, problem=event_problem(code, title))


def _decode(encoded: bytes, device_id: str, reader: ItemReader) -> Decoded:
    try:
        item = reader.decode(encoded)
    except RejectedItem as error:
        event_id = _readable_id(encoded)
        return refused(event_id, error.reason, "The item's form is not known") if event_id else None
    if item.header.device != device_id:
        return refused(item.header.id, "foreign-device", "The item belongs to another device")
    return DecodedItem(item.header.id, item.header.seq, item.digest, item)


def _open(one: DecodedItem, keys: Mapping[str, DeviceKeyRange], reader: ItemReader) -> Reading:
    try:
        body = reader.open(one.item, keys)
    except RejectedItem as error:
        if error.reason == UNKNOWN_DEVICE_KEY:
            # The device's next key, which it has not told yet: this came by another way than the telling.
            problem = event_problem(UNKNOWN_DEVICE_KEY, "The device has not told this key yet")
            return EventResult(
                id=one.id,
                status=EventStatus.LATER,
                problem=problem,
                retry_after_s=_RETRY_AFTER_KEY_S,
            )
        return refused(one.id, error.reason, str(error))
    if "\0" in body.subject:
        # PostgreSQL keeps no NUL in a text.
        return refused(one.id, "malformed", "The subject is not a name")
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
        digest=one.digest,
        encoded=one.item.encoded,
        arrival=Arrival(body, content),
        handler=handler,
        refusal=refusal,
    )


def _readable_id(encoded: bytes) -> str | None:
    """The id of an item of an unknown form, so that its device learns what became of it."""
    if (sealed_id := readable_id(encoded)) is not None:
        return sealed_id
    try:
        header = json.loads(encoded[:MAXIMUM_HEADER_BYTES].partition(b"\n")[0])
    except (ValueError, RecursionError):
        return None
    event_id = header.get("id") if isinstance(header, dict) else None
    return event_id if isinstance(event_id, str) and is_event_id(event_id) else None
