"""The sealed item, version 2: compressed, signed, sealed to the centre; its bytes are fixed when it is queued.

    0x02 | suite | dictionary | sealing key | device key | event id | seq | length | device | sealed

Whoever carries it, a proxy, a stick or a van, sees the header and nothing else, and can change neither: the seal is
bound to the header, and the signature inside is over header and body. ``decode_item`` takes either version.
"""

import hashlib
import re
import struct
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from sync.canonical import MAXIMUM_INTEGER, CanonicalError, PlainValue, Reader, canonical_json
from sync.compression import compress, decompress, newest_dictionary
from sync.errors import RejectedItem, SealError
from sync.events import AttachmentRef, ClockReading, OutboxEvent, iso_utc
from sync.identifiers import event_id_bytes
from sync.item import MAXIMUM_ITEM_BYTES, SignedItem
from sync.item_body import ItemBody, ItemClock, attachment_key, attachment_wire
from sync.sealing import ENCAPSULATED_BYTES, TAG_BYTES, X25519, OpeningKey, SealingKey
from sync.signing import SIGNATURE_BYTES, DeviceSigner, Purpose, Verifier

VERSION_BYTE = 2
SUITE = 1
"""X25519, HKDF-SHA256, ChaCha20-Poly1305."""
UNKNOWN_DEVICE_KEY = "unknown-device-key"
SEAL_INFO = b"xianglin/v2/item\n"
MAXIMUM_ATTACHMENTS = 32
BOOT_LENGTH = 8
"""Of the boot id: it only has to differ from that of the device's other boots."""

_HEAD = struct.Struct(">BBI8s8s16sQB")
_DEVICE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MAXIMUM_SEQ = 2**53 - 1
_LEAST_SEALED_BYTES = ENCAPSULATED_BYTES[X25519] + TAG_BYTES + SIGNATURE_BYTES


class SealedHeader(NamedTuple):
    """Whose item it is, and with what it is opened; in clear on every path."""

    dictionary: int
    sealing_key: str
    """Id of the centre's key that it is sealed to."""
    key: str
    """Id of the device's key that signed it."""
    id: str
    """UUID; the idempotency key."""
    seq: int
    device: str

    def encode(self) -> bytes:
        """The bytes before the sealed part.

        Raises:
            RejectedItem: a value that has no place in them.
        """
        device = self.device.encode("ascii", "replace")
        if not _DEVICE.fullmatch(device):
            raise RejectedItem("the device's id is not letters, digits, - and _")
        event_id = event_id_bytes(self.id)
        if event_id is None or not 1 <= self.seq <= _MAXIMUM_SEQ:
            raise RejectedItem("event id or sequence number has no place in an item")
        return (
            _HEAD.pack(
                VERSION_BYTE,
                SUITE,
                self.dictionary,
                bytes.fromhex(self.sealing_key),
                bytes.fromhex(self.key),
                event_id,
                self.seq,
                len(device),
            )
            + device
        )


class _Attachment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Annotated[str, Meta(min_length=22, max_length=22)]
    media: Annotated[str, Meta(min_length=1, max_length=64)]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    size: Annotated[int, Meta(ge=0, le=2**40)]


class _Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wall: Annotated[str, Meta(max_length=40)]
    boot: Annotated[str, Meta(max_length=64)]
    ms: Annotated[int, Meta(ge=0, le=MAXIMUM_INTEGER)]
    centre: Annotated[str, Meta(max_length=40)] | None
    centre_age_ms: Annotated[int, Meta(ge=0, le=MAXIMUM_INTEGER)] | None


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    subject: Annotated[str, Meta(min_length=1, max_length=128)]
    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    schema_version: Annotated[int, Meta(ge=1, le=MAXIMUM_INTEGER)] = msgspec.field(name="schema")
    priority: Annotated[int, Meta(ge=0, le=9)]
    payload: dict[str, Any]
    attachments: Annotated[list[_Attachment], Meta(max_length=MAXIMUM_ATTACHMENTS)]
    clock: _Clock


class _PlainBody(_Body, frozen=True, forbid_unknown_fields=True):
    payload: dict[str, PlainValue]


_BODIES = Reader(_PlainBody, _Body)


class SealedItem(NamedTuple):
    """A decoded item; decoding proves its form, only ``open`` proves anything else."""

    header: SealedHeader
    info: bytes
    """What the seal is bound to."""
    sealed: bytes
    encoded: bytes
    """The whole item, byte for byte as it was made."""
    version: Literal[2] = 2

    @property
    def digest(self) -> str:
        """SHA-256 of the whole item in hexadecimal."""
        return hashlib.sha256(self.encoded).hexdigest()

    @classmethod
    def decode(cls, encoded: bytes) -> "SealedItem":
        """Read the header.

        Raises:
            RejectedItem: too large, cut short, or a header of an unknown form.
        """
        if len(encoded) > MAXIMUM_ITEM_BYTES:
            raise RejectedItem("item is larger than 64 KiB", "too-large")
        if len(encoded) < _HEAD.size:
            raise RejectedItem("item is cut short")
        version, suite, dictionary, sealing, key, event_id, seq, length = _HEAD.unpack_from(encoded)
        if (version, suite) != (VERSION_BYTE, SUITE):
            raise RejectedItem("item is of an unknown version or suite")
        end = _HEAD.size + length
        device = encoded[_HEAD.size : end]
        if len(encoded) < end + _LEAST_SEALED_BYTES:
            raise RejectedItem("item is cut short")
        if not _DEVICE.fullmatch(device) or not 1 <= seq <= _MAXIMUM_SEQ:
            raise RejectedItem("item header is of an unknown form")
        header = SealedHeader(
            dictionary=dictionary,
            sealing_key=sealing.hex(),
            key=key.hex(),
            id=_uuid_text(event_id),
            seq=seq,
            device=device.decode("ascii"),
        )
        return cls(header, SEAL_INFO + encoded[:end], encoded[end:], encoded)

    def open(
        self, openers: Mapping[str, OpeningKey], verifiers: Mapping[str, Verifier]
    ) -> ItemBody:
        """Open the seal, check the signature, unpack; in this order, so that only a device's own bytes are unpacked.

        Args:
            openers: the centre's opening keys by id.
            verifiers: the device's keys by id.
        Raises:
            RejectedItem: with the reason ``unknown-sealing-key``, ``bad-seal``, ``unknown-device-key``,
                ``bad-signature``, ``unknown-dictionary``, ``too-large`` or ``malformed``.
        """
        opener = openers.get(self.header.sealing_key)
        if opener is None or opener.kem != X25519:
            raise RejectedItem("item is sealed to another key", "unknown-sealing-key")
        try:
            plain = opener.open(self.info, self.sealed)
        except SealError as error:
            raise RejectedItem("item does not open", "bad-seal") from error
        packed, signature = plain[:-SIGNATURE_BYTES], plain[-SIGNATURE_BYTES:]
        verifier = verifiers.get(self.header.key)
        if verifier is None:
            raise RejectedItem("item is signed by an unknown key", UNKNOWN_DEVICE_KEY)
        # The purpose is the beginning of info too, so what is signed is purpose, header and body.
        signed = self.info[len(SEAL_INFO) :] + packed
        if not verifier.is_valid(Purpose.SEALED_ITEM, signed, signature):
            raise RejectedItem("item is not signed by its device", "bad-signature")
        return self._read(decompress(packed, self.header.dictionary))

    def _read(self, plain: bytes) -> ItemBody:
        try:
            body = _BODIES.read(plain)
            attachments = tuple(
                AttachmentRef(one.sha256, one.size, one.media, attachment_key(one.key))
                for one in body.attachments
            )
        except ValueError as error:  # CanonicalError is one
            raise RejectedItem("item body is of an unknown form") from error
        header, clock = self.header, body.clock
        return ItemBody(
            id=header.id,
            device=header.device,
            seq=header.seq,
            subject=body.subject,
            kind=body.kind,
            schema_version=body.schema_version,
            priority=body.priority,
            payload=body.payload,
            attachments=attachments,
            clock=ItemClock(clock.wall, clock.boot, clock.ms, clock.centre, clock.centre_age_ms),
        )


def seal_item(
    event: OutboxEvent,
    device: str,
    seq: int,
    reading: ClockReading,
    signer: DeviceSigner,
    sealing_key: SealingKey,
    dictionary: int | None = None,
) -> bytes:
    """Fix an event's bytes.

    Args:
        sealing_key: the centre's, of kind ``x25519``.
        dictionary: id of one that the centre reads; None for this installation's newest.
    Raises:
        RejectedItem: the payload has no canonical form, the item is larger than 64 KiB, or an id has no place in it.
        SealError: the key cannot be sealed to.
    """
    if sealing_key.kem != X25519:
        raise SealError("items are sealed to x25519 keys")
    chosen = newest_dictionary() if dictionary is None else dictionary
    header = SealedHeader(chosen, sealing_key.key_id, signer.key_id, event.id, seq, device).encode()
    packed = compress(item_body(event, reading), chosen)
    signature = signer.sign(Purpose.SEALED_ITEM, header + packed)
    encoded = header + sealing_key.seal(SEAL_INFO + header, packed + signature)
    if len(encoded) > MAXIMUM_ITEM_BYTES:
        raise RejectedItem("item is larger than 64 KiB", "too-large")
    return encoded


def item_body(event: OutboxEvent, reading: ClockReading) -> bytes:
    """An event as canonical JSON, before it is compressed; dictionaries are trained on these.

    Raises:
        RejectedItem: the payload has no canonical form.
    """
    try:
        return canonical_json(
            {
                "subject": event.subject,
                "kind": event.kind,
                "schema": event.schema_version,
                "priority": event.priority,
                "payload": event.payload,
                "attachments": [attachment_wire(ref) for ref in event.attachments],
                "clock": {
                    "wall": iso_utc(reading.wall),
                    "boot": reading.boot_id[:BOOT_LENGTH],
                    "ms": reading.monotonic_ms,
                    "centre": iso_utc(reading.centre_at) if reading.centre_at else None,
                    "centre_age_ms": reading.centre_age_ms,
                },
            }
        )
    except CanonicalError as error:
        raise RejectedItem(str(error)) from error


def is_sealed(encoded: bytes) -> bool:
    """Whether an item is of version 2; nothing else is checked."""
    return encoded[:1] == bytes([VERSION_BYTE])


def decode_item(encoded: bytes) -> SignedItem | SealedItem:
    """Take an item of either version apart; the first byte tells which.

    Raises:
        RejectedItem: of neither form.
    """
    if is_sealed(encoded):
        return SealedItem.decode(encoded)
    return SignedItem.decode(encoded)


def readable_id(encoded: bytes) -> str | None:
    """The event id of an item that is otherwise not understood, so that its device learns what became of it."""
    place = _HEAD.size - 25  # before seq and length
    if not is_sealed(encoded) or len(encoded) < place + 16:
        return None
    return _uuid_text(encoded[place : place + 16])


def _uuid_text(value: bytes) -> str:
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
