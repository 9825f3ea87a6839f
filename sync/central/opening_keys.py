"""What devices open pages with, as each has said itself."""

from sqlalchemy import Connection, insert, select, update

from sync.central.database import CentralDatabase
from sync.central.tables_feeds import opening_key
from sync.sealing import X25519, SealingKey


def usable_key(public: bytes) -> SealingKey:
    """A key that can be sealed to.

    Raises:
        SealError: not 32 bytes, or no point of the curve: the fault of whoever gave it.
    """
    key = SealingKey(X25519, public)
    key.seal(b"", b"")
    return key


def note_opening_key(database: CentralDatabase, device_id: str, key: SealingKey) -> None:
    """Remember a device's key, which it gave in a request that it signed or at its enrolment."""
    row = opening_key
    mine = row.c.device == device_id
    with database.reading() as connection:
        known = opening_key_of_device(connection, device_id)
    if known is not None and known.public == key.public:
        return
    with database.writing() as connection:
        changed = connection.execute(update(row).where(mine).values(public=key.public))
        if changed.rowcount == 0:
            connection.execute(insert(row).values(device=device_id, public=key.public))


def opening_key_of_device(connection: Connection, device_id: str) -> SealingKey | None:
    """What is carried to a device is sealed to this; None when it never told."""
    row = opening_key
    public = connection.execute(select(row.c.public).where(row.c.device == device_id)).scalar()
    return SealingKey(X25519, bytes(public)) if public is not None else None
