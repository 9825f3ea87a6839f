"""What stands in a part, one record after another: kind (one byte), length (four bytes, big-endian), content.

A bundle's Merkle tree is over kind and content of all its records, in the order of the parts.
"""

import enum
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sync.courier.errors import BundleRefused
from sync.item import MAXIMUM_ITEM_BYTES

_HEAD = struct.Struct(">BI")
RECORD_OVERHEAD = _HEAD.size
MAXIMUM_CHUNK_RECORD_BYTES = 80 * 1024
"""A sealed chunk of 64 KiB and how it is named."""


class RecordKind(enum.IntEnum):
    """What a record holds."""

    ITEM = 1
    """An item of the outbox, byte for byte."""
    CHUNK = 2
    """A chunk of an attachment, sealed as it is stored."""


_LIMITS = {
    RecordKind.ITEM: MAXIMUM_ITEM_BYTES,
    RecordKind.CHUNK: MAXIMUM_CHUNK_RECORD_BYTES,
}


@dataclass(frozen=True, slots=True)
class Record:
    """One of them."""

    kind: RecordKind
    content: bytes

    @property
    def leaf(self) -> bytes:
        """What the Merkle tree takes."""
        return bytes([self.kind]) + self.content

    def encoded(self) -> bytes:
        """As it stands in a part."""
        return _HEAD.pack(self.kind, len(self.content)) + self.content


def read_records(plain: Iterable[bytes]) -> Iterator[Record]:
    """Take the plain bytes of a part apart; a length beyond its kind's limit ends it before anything is gathered.

    Raises:
        BundleRefused: an unknown kind, an impossible length, or cut short.
    """
    buffer = bytearray()
    for piece in plain:
        buffer += piece
        place = 0
        while len(buffer) - place >= RECORD_OVERHEAD:
            kind, length = _checked_head(buffer, place)
            end = place + RECORD_OVERHEAD + length
            if len(buffer) < end:
                break
            yield Record(kind, bytes(buffer[place + RECORD_OVERHEAD : end]))
            place = end
        del buffer[:place]
    if buffer:
        raise BundleRefused("malformed", "a part ends inside a record")


def _checked_head(buffer: bytearray, place: int) -> tuple[RecordKind, int]:
    kind, length = _HEAD.unpack_from(buffer, place)
    try:
        known = RecordKind(kind)
    except ValueError as error:
        raise BundleRefused("malformed", "a record of an unknown kind") from error
    if not 0 < length <= _LIMITS[known]:
        raise BundleRefused("malformed", "a record of an impossible length")
    return known, length
