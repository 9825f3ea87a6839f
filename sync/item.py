"""The signed item of version 1: an event's bytes, fixed when it is put into the queue.

    header (canonical JSON) + LF + body (canonical JSON) + signature (64 bytes, Ed25519)

Every retry and every path carries these very bytes, so a digest decides whether two deliveries are the same.
The header tells how to read the body before anything is trusted. An unknown value is refused, never guessed. Such an
item is compressed and sealed by nobody: ``sync.envelope`` makes those of version 2; these are still made by a device
that does not know the centre's sealing key, and read for ever.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.canonical import CanonicalError, canonical_json, parse_canonical
from sync.errors import RejectedItem
from sync.events import ClockReading, OutboxEvent, iso_utc
from sync.item_body import ItemBody, ItemClock
from sync.signing import SIGNATURE_BYTES, DeviceSigner, Purpose, Verifier

ITEM_VERSION = 1
CODEC = "json"
DICTIONARY = None
SEAL = "none"
MAXIMUM_ITEM_BYTES = 64 * 1024
"""A form is about 2 KB; what is larger is an attachment and travels in chunks of its own."""
MAXIMUM_HEADER_BYTES = 512

_UUID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ItemHeader(_Strict):
    """How to read the body, and whose it is."""

    v: Literal[1]
    id: str = Field(pattern=_UUID_PATTERN)
    device: str = Field(min_length=1, max_length=64)
    seq: int = Field(ge=1)
    codec: Literal["json"]
    dictionary: None
    seal: Literal["none"]
    key: str = Field(pattern=r"^[0-9a-f]{16}$")


class _BodyV1(_Strict):
    id: str = Field(pattern=_UUID_PATTERN)
    device: str
    seq: int
    subject: str = Field(min_length=1, max_length=128)
    kind: str = Field(min_length=1, max_length=64)
    schema_version: int = Field(ge=1, alias="schema")
    created_at: str = Field(max_length=40)
    boot_id: str = Field(max_length=64)
    monotonic_ms: int = Field(ge=0)
    priority: int = Field(ge=0, le=9)
    payload: dict[str, Any]
    attachments: list[Any] = Field(max_length=0)
    """Always empty in this version."""


@dataclass(frozen=True, slots=True)
class SignedItem:
    """A decoded item; decoding proves its form, only ``open`` proves its origin."""

    header: ItemHeader
    body: bytes
    """Canonical JSON of the event."""
    signature: bytes
    """64 bytes over header, LF and body."""
    encoded: bytes
    """The whole item, byte for byte as it was made."""

    @property
    def digest(self) -> str:
        """SHA-256 of the whole item in hexadecimal."""
        return item_digest(self.encoded)

    @classmethod
    def decode(cls, encoded: bytes) -> "SignedItem":
        """Take an item apart.

        Raises:
            RejectedItem: too large, cut short, or a header of an unknown form.
        """
        if len(encoded) > MAXIMUM_ITEM_BYTES:
            raise RejectedItem("item is larger than 64 KiB", "too-large")
        end = encoded.find(b"\n", 0, MAXIMUM_HEADER_BYTES)
        if end < 0 or len(encoded) < end + 1 + SIGNATURE_BYTES:
            raise RejectedItem("item is cut short")
        try:
            header = ItemHeader.model_validate(parse_canonical(encoded[:end]))
        except (CanonicalError, ValidationError) as error:
            raise RejectedItem("item header is of an unknown form") from error
        return cls(header, encoded[end + 1 : -SIGNATURE_BYTES], encoded[-SIGNATURE_BYTES:], encoded)

    def open(self, verifier: Verifier) -> ItemBody:
        """Check the signature and read the event.

        Raises:
            RejectedItem: not signed by this key, not canonical, or header and body disagree.
        """
        signed = self.encoded[:-SIGNATURE_BYTES]
        if self.header.key != verifier.key_id or not verifier.is_valid(
            Purpose.ITEM, signed, self.signature
        ):
            raise RejectedItem("item is not signed by its device", "bad-signature")
        try:
            body = _BodyV1.model_validate(parse_canonical(self.body))
        except (CanonicalError, ValidationError) as error:
            raise RejectedItem("item body is of an unknown form") from error
        header = self.header
        if (body.id, body.device, body.seq) != (header.id, header.device, header.seq):
            raise RejectedItem("item header and body disagree")
        return ItemBody(
            id=body.id,
            device=body.device,
            seq=body.seq,
            subject=body.subject,
            kind=body.kind,
            schema_version=body.schema_version,
            priority=body.priority,
            payload=body.payload,
            attachments=(),
            clock=ItemClock(body.created_at, body.boot_id, body.monotonic_ms),
        )


def item_digest(encoded: bytes) -> str:
    """SHA-256 of an item in hexadecimal."""
    return hashlib.sha256(encoded).hexdigest()


def sign_item(
    event: OutboxEvent, device: str, seq: int, reading: ClockReading, signer: DeviceSigner
) -> bytes:
    """Fix an event's bytes.

    Raises:
        RejectedItem: the payload has no canonical form, the item is larger than 64 KiB, or it has attachments, whose
            keys may not travel unsealed.
    """
    if event.attachments:
        raise RejectedItem("attachments need a sealed item")
    header: Mapping[str, object] = {
        "v": ITEM_VERSION,
        "id": event.id,
        "device": device,
        "seq": seq,
        "codec": CODEC,
        "dictionary": DICTIONARY,
        "seal": SEAL,
        "key": signer.key_id,
    }
    body: Mapping[str, object] = {
        "id": event.id,
        "device": device,
        "seq": seq,
        "subject": event.subject,
        "kind": event.kind,
        "schema": event.schema_version,
        "created_at": iso_utc(reading.wall),
        "boot_id": reading.boot_id,
        "monotonic_ms": reading.monotonic_ms,
        "priority": event.priority,
        "payload": event.payload,
        "attachments": [],
    }
    try:
        signed = canonical_json(header) + b"\n" + canonical_json(body)
    except CanonicalError as error:
        raise RejectedItem(str(error)) from error
    encoded = signed + signer.sign(Purpose.ITEM, signed)
    if len(encoded) > MAXIMUM_ITEM_BYTES:
        raise RejectedItem("item is larger than 64 KiB", "too-large")
    return encoded
