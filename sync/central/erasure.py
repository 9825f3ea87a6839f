"""Erasing what an event said, when its time is over or a person has the right to it.

Its id and digest stay for ever: the same event, coming again from an old stick, is then known as one that is gone, and
is neither applied nor kept. What staff or the retention decided about it is gone with it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from sync.answers import DecisionState, EventStatus
from sync.central import tables
from sync.central.corrections import SUPERSEDED
from sync.central.staff import note_action
from sync.central.tables_blobs import blob, blob_chunk, blob_claim
from sync.central.tables_care import alarm
from sync.errors import SyncError
from sync.events import iso_utc

ERASED = "event.erased"
_CLOSED = (DecisionState.DECIDED.value, SUPERSEDED)


class ErasureRefused(SyncError):
    """There is no such event, or somebody still waits for its decision."""

    code = "SYN-605"


def erase(
    connection: Connection, event_id: str, at: datetime, *, is_open_too: bool = False
) -> None:
    """Erase one event; doing it twice changes nothing.

    Args:
        is_open_too: also an application that is not decided.
    Raises:
        ErasureRefused: unknown, or not decided.
    """
    key = tables.event_key
    found = connection.execute(
        select(key.c.region_code, key.c.device, key.c.status).where(key.c.id == event_id)
    ).first()
    if found is None:
        raise ErasureRefused("there is no event with this id")
    row = tables.application
    here = (row.c.region_code == found.region_code, row.c.event_id == event_id)
    state = connection.execute(select(row.c.state).where(*here)).scalar()
    if state is not None and state not in _CLOSED and not is_open_too:
        raise ErasureRefused("the application is not decided; the person still waits for it")
    connection.execute(delete(row).where(*here))
    box = tables.inbox
    connection.execute(
        delete(box).where(box.c.region_code == found.region_code, box.c.id == event_id)
    )
    _erase_files(connection, found.device, event_id)
    connection.execute(
        update(alarm)
        .where((alarm.c.event_id == event_id) | (alarm.c.kept_id == event_id))
        .values(item=b"")
    )
    connection.execute(
        update(key).where(key.c.id == event_id).values(status=EventStatus.GONE.value, problem="")
    )
    note_action(connection, ERASED, event_id, at)


def decided_before(connection: Connection, moment: datetime, limit: int) -> Sequence[str]:
    """Events whose application was decided before a moment, the oldest first."""
    row = tables.application
    found = connection.execute(
        select(row.c.event_id)
        .where(row.c.state == DecisionState.DECIDED.value, row.c.decided_at < iso_utc(moment))
        .order_by(row.c.decided_at)
        .limit(limit)
    )
    return [str(line[0]) for line in found]


def _erase_files(connection: Connection, device: str, event_id: str) -> None:
    """Its files too, unless another event names them."""
    claim = blob_claim
    names = set(
        connection.execute(select(claim.c.name).where(claim.c.event_id == event_id)).scalars()
    )
    connection.execute(delete(claim).where(claim.c.event_id == event_id))
    still = set(
        connection.execute(
            select(claim.c.name).where(claim.c.device == device, claim.c.name.in_(names))
        ).scalars()
    )
    for table in (blob_chunk, blob):
        connection.execute(
            delete(table).where(table.c.device == device, table.c.name.in_(names - still))
        )
