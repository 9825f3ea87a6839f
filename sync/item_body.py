"""What an item says once it is opened; the same for every version of the wire."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sync.events import ATTACHMENT_KEY_BYTES, AttachmentRef


class ItemClock(NamedTuple):
    """The device's clocks when the event was queued; never for order, only to correct its times."""

    wall: str
    """ISO 8601, UTC, as the device believed."""
    boot: str
    ms: int
    """Monotonic milliseconds of that boot."""
    centre: str | None = None
    """The last time that the centre had signed; None when the device knew none."""
    centre_age_ms: int | None = None
    """Monotonic milliseconds since then; None when that was in another boot."""


@dataclass(frozen=True, slots=True)
class ItemBody:
    """The event as the centre reads it."""

    id: str
    device: str
    seq: int
    subject: str
    kind: str
    schema_version: int
    priority: int
    payload: dict[str, Any] = field(repr=False)
    attachments: tuple[AttachmentRef, ...]
    clock: ItemClock


def attachment_wire(ref: AttachmentRef) -> dict[str, object]:
    """An attachment as it stands in an item's body."""
    return {
        "key": base64.urlsafe_b64encode(ref.key).rstrip(b"=").decode("ascii"),
        "media": ref.media_type,
        "sha256": ref.sha256,
        "size": ref.size,
    }


def attachment_key(text: str) -> bytes:
    """Read an attachment's key.

    Raises:
        ValueError: not 16 bytes in base64url without padding.
    """
    try:
        key = base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("an attachment's key is not base64url") from error
    if len(key) != ATTACHMENT_KEY_BYTES or base64.urlsafe_b64encode(key)[:-2].decode() != text:
        raise ValueError("an attachment's key is not 16 bytes")
    return key
