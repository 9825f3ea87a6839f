"""Event ids: the idempotency key of an event on every path."""

import uuid_utils

_ID_BYTES = 16


def new_event_id() -> str:
    """Make a UUIDv7 (RFC 9562): fresh randomness in each, roughly ordered by time.

    Order is never taken from it: clocks jump. The device's sequence number gives the order.
    """
    return str(uuid_utils.uuid7())


def is_event_id(text: str) -> bool:
    """Whether the text is a UUID in its canonical lower-case form."""
    return event_id_bytes(text) is not None


def event_id_bytes(text: str) -> bytes | None:
    """The 16 bytes of a UUID in its canonical lower-case form; None for any other text."""
    try:
        value = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        return None
    # What the bytes are written as is the one form: hex digits in lower case, hyphens in their places.
    return value if len(value) == _ID_BYTES and _canonical(value.hex()) == text else None


def _canonical(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
