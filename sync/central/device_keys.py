"""Which key of a device signs which of its items."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from sync.central.tables_keys import device_key
from sync.signing import Verifier

# Built once: building a statement costs more than running it.
_KEYS = (
    select(device_key.c.public_key, device_key.c.first_seq)
    .where(device_key.c.device == bindparam("of_device"))
    .order_by(device_key.c.number)
)


@dataclass(frozen=True, slots=True)
class DeviceKeyRange:
    """A key, and the sequence numbers that it may sign."""

    verifier: Verifier
    first_seq: int
    end_seq: int | None
    """The first number that it may not sign any more; None for the newest key."""

    def signs(self, seq: int) -> bool:
        """Whether an item of this number is its business."""
        return self.first_seq <= seq and (self.end_seq is None or seq < self.end_seq)


def keys_of(
    connection: Connection, device_id: str, public_key: bytes
) -> Mapping[str, DeviceKeyRange]:
    """A device's keys by id, the oldest first.

    Args:
        public_key: the device's present one.
    """
    rows = connection.execute(_KEYS, {"of_device": device_id}).all()
    found = [(Verifier(bytes(public)), int(first)) for public, first in rows]
    if not found:
        found = [(Verifier(public_key), 1)]
    ends = [*(first for _, first in found[1:]), None]
    return {
        verifier.key_id: DeviceKeyRange(verifier, first, end)
        for (verifier, first), end in zip(found, ends, strict=True)
    }


def key_before(connection: Connection, device_id: str, public_key: bytes) -> Verifier | None:
    """The key that the present one took over from, or None."""
    older = [
        one
        for one in keys_of(connection, device_id, public_key).values()
        if one.end_seq is not None
    ]
    return older[-1].verifier if older else None


def forget_keys(connection: Connection, device_id: str) -> None:
    """The device is enrolled anew, before its first delivery."""
    connection.execute(delete(device_key).where(device_key.c.device == device_id))
