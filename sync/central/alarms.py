"""Items that clash with an event that is kept: the second fact is kept beside the first, and staff are told.

Why it happens: the disk of a kiosk was copied or set back to an image, and both go on counting; or somebody changed the
bytes of an event. Which of both is true only people can find out.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from sync.central.opening import OpenedItem
from sync.central.tables_care import alarm
from sync.events import iso_utc

logger = logging.getLogger(__name__)

MAXIMUM_ITEMS = 1000
"""Of one device, kept with their bytes; a broken device must not fill the centre's disk."""


@dataclass(frozen=True, slots=True)
class Clash:
    """An item that was refused, and why."""

    item: OpenedItem
    kind: str
    """``cloned-device`` or ``id-reused``."""
    kept_id: str
    """The event that is kept."""


def raise_alarms(
    connection: Connection, device: str, clashes: Sequence[Clash], at: datetime
) -> None:
    """Write alarms in the transaction that answers the items; the same item again counts up."""
    for clash in clashes:
        logger.error("device %s: %s, sequence number %d", device, clash.kind, clash.item.seq)
        mine = (alarm.c.device == device, alarm.c.digest == clash.item.digest)
        counted = connection.execute(
            update(alarm)
            .where(*mine)
            .values(times=alarm.c.times + 1, last_at=iso_utc(at), settled_at="")
        )
        if counted.rowcount == 0:
            connection.execute(insert(alarm).values(_row(connection, device, clash, at)))


def alarms(connection: Connection, *, also_settled: bool = False) -> list[dict[str, Any]]:
    """Alarms, the newest first, without the items."""
    columns = [column for column in alarm.c if column.name not in ("item", "digest")]
    query = select(*columns).order_by(alarm.c.last_at.desc(), alarm.c.device, alarm.c.seq)
    if not also_settled:
        query = query.where(alarm.c.settled_at == "")
    return [dict(line) for line in connection.execute(query).mappings()]


def open_alarms(connection: Connection) -> dict[str, int]:
    """How many are open, by kind."""
    query = select(alarm.c.kind, func.count()).where(alarm.c.settled_at == "")
    return {
        str(kind): int(count) for kind, count in connection.execute(query.group_by(alarm.c.kind))
    }


def settle_alarms(connection: Connection, device: str, at: datetime) -> int:
    """Staff are done with a device's alarms; returns how many. A new clash opens them again."""
    done = connection.execute(
        update(alarm)
        .where(alarm.c.device == device, alarm.c.settled_at == "")
        .values(settled_at=iso_utc(at))
    )
    return done.rowcount


def _row(connection: Connection, device: str, clash: Clash, at: datetime) -> dict[str, Any]:
    held = connection.execute(select(func.count()).where(alarm.c.device == device)).scalar_one()
    item = clash.item
    return {
        "device": device,
        "digest": item.digest,
        "kind": clash.kind,
        "event_id": item.id,
        "kept_id": clash.kept_id,
        "seq": item.seq,
        "item": item.encoded if held < MAXIMUM_ITEMS else b"",
        "times": 1,
        "first_at": iso_utc(at),
        "last_at": iso_utc(at),
    }
