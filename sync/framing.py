"""A batch on the wire: each item after its length, four bytes, big-endian."""

import struct
from collections.abc import Iterable

from sync.errors import RejectedItem
from sync.item import MAXIMUM_ITEM_BYTES

BATCH_MEDIA_TYPE = "application/vnd.xianglin.batch"
MAXIMUM_BATCH_BYTES = 1024 * 1024
MAXIMUM_BATCH_COUNT = 100
LENGTH_BYTES = 4


def encode_batch(items: Iterable[bytes]) -> bytes:
    """Join items to a batch body.

    Raises:
        RejectedItem: a limit of the protocol is passed.
    """
    parts: list[bytes] = []
    total = 0
    for count, item in enumerate(items, start=1):
        total += LENGTH_BYTES + len(item)
        _check_item_length(len(item))
        if count > MAXIMUM_BATCH_COUNT or total > MAXIMUM_BATCH_BYTES:
            raise RejectedItem("batch is larger than the protocol allows")
        parts += (struct.pack(">I", len(item)), item)
    return b"".join(parts)


def decode_batch(body: bytes) -> tuple[bytes, ...]:
    """Split a batch body; the limits are checked before anything is copied.

    Raises:
        RejectedItem: cut short, empty, or a limit of the protocol is passed.
    """
    if len(body) > MAXIMUM_BATCH_BYTES:
        raise RejectedItem("batch is larger than the protocol allows")
    items: list[bytes] = []
    place = 0
    while place < len(body):
        if len(items) == MAXIMUM_BATCH_COUNT:
            raise RejectedItem("batch holds too many items")
        if len(body) - place < LENGTH_BYTES:
            raise RejectedItem("batch is cut short")
        (length,) = struct.unpack_from(">I", body, place)
        _check_item_length(length)
        place += LENGTH_BYTES
        if len(body) - place < length:
            raise RejectedItem("batch is cut short")
        items.append(body[place : place + length])
        place += length
    if not items:
        raise RejectedItem("batch is empty")
    return tuple(items)


def _check_item_length(length: int) -> None:
    if not 0 < length <= MAXIMUM_ITEM_BYTES:
        raise RejectedItem("item length is out of bounds")
