"""A device's next key takes over from the present one."""

from datetime import datetime

from sqlalchemy import Connection, insert, update

from sync.central import tables
from sync.central.device_keys import keys_of
from sync.central.devices import find_device
from sync.central.problems import ProblemError
from sync.central.tables_keys import device_key
from sync.errors import NotAuthorised
from sync.events import iso_utc
from sync.key_announcement import KeyStatement
from sync.signing import Verifier


def take_over(
    connection: Connection,
    device_id: str,
    statement: KeyStatement,
    told_by: Verifier,
    at: datetime,
) -> None:
    """Let a new key take over; telling the same again changes nothing.

    Args:
        statement: signed by ``told_by`` and by the new key.
        told_by: the present key, or the one before it when the same is told again.
    Raises:
        ProblemError: 403, when the cut lies behind what was delivered, or the key was this device's before.
        NotAuthorised: the device is gone.
    """
    device = find_device(connection, device_id, is_locking=True)
    if device is None:
        raise NotAuthorised("the device is not enrolled")
    new, keys = statement.verifier, keys_of(connection, device.id, device.public_key)
    present = keys[Verifier(device.public_key).key_id]
    if new.key_id == present.verifier.key_id and present.first_seq == statement.first_seq:
        return
    if told_by.key_id != present.verifier.key_id:
        # Whoever stole the old key must not take the device over after it was changed.
        raise ProblemError(403, "retired-key", "This key's time is over")
    if new.key_id in keys:
        raise ProblemError(403, "key-used", "This key was the device's before")
    if statement.first_seq <= max(device.hwm, present.first_seq - 1):
        raise ProblemError(403, "cut-behind", "Events behind the cut were delivered already")
    if len(keys) == 1:
        _add(connection, device.id, 0, present.verifier, present.first_seq, at)
    _add(connection, device.id, len(keys), new, statement.first_seq, at)
    row = tables.device
    connection.execute(update(row).where(row.c.id == device.id).values(public_key=new.public_key))


def _add(
    connection: Connection,
    device_id: str,
    number: int,
    verifier: Verifier,
    first_seq: int,
    at: datetime,
) -> None:
    connection.execute(
        insert(device_key).values(
            device=device_id,
            key_id=verifier.key_id,
            number=number,
            public_key=verifier.public_key,
            first_seq=first_seq,
            added_at=iso_utc(at),
        )
    )
