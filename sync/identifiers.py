"""Event ids: the idempotency key of an event on every path."""

import uuid

import uuid_utils


def new_event_id() -> str:
    """Make a UUIDv7 (RFC 9562): fresh randomness in each, roughly ordered by time.

    Order is never taken from it: clocks jump. The device's sequence number gives the order.
    """
    return str(uuid_utils.uuid7())


def is_event_id(text: str) -> bool:
    """Whether the text is a UUID in its canonical lower-case form."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
