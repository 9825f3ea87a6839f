"""When the events of a batch happened, put in line with what is known of their device."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from sync.central import tables
from sync.central.corrected_time import (
    ClockQuality,
    CorrectedTime,
    EventClocks,
    Reception,
    Timeline,
    correct,
)
from sync.central.opening import OpenedItem
from sync.envelope import BOOT_LENGTH
from sync.events import parse_utc
from sync.item_body import ItemClock

_KEY = tables.event_key.c
_DATED = (_KEY.device == bindparam("device")) & (_KEY.corrected_at != "")
_LOWEST = bindparam("lowest", type_=tables.NUMBER)
_HIGHEST = bindparam("highest", type_=tables.NUMBER)
_BELOW = select(func.max(_KEY.seq)).where(_DATED, _KEY.seq < _LOWEST).scalar_subquery()
_ABOVE = select(func.min(_KEY.seq)).where(_DATED, _KEY.seq > _HIGHEST).scalar_subquery()
# Built once: building a statement costs more than running it.
_AROUND = select(_KEY.seq, _KEY.corrected_at).where(
    _DATED,
    _KEY.seq >= func.coalesce(_BELOW, _LOWEST),
    _KEY.seq <= func.coalesce(_ABOVE, _HIGHEST),
)


def times_of(
    connection: Connection, device: str, items: Sequence[OpenedItem], reception: Reception
) -> dict[str, CorrectedTime]:
    """The corrected time of each event, by its id.

    Args:
        items: of this device; its row is locked, so nothing comes between.
    """
    if not items:
        return {}
    line = Timeline(_known_around(connection, device, [item.seq for item in items]))
    found = [(item, correct(_clocks(item.arrival.body.clock), reception)) for item in items]
    # The exact ones first: the others go between them, and move nobody whose time is certain.
    found.sort(key=lambda one: (one[1].quality is not ClockQuality.EXACT, one[0].seq))
    return {item.id: line.place(item.seq, time) for item, time in found}


def short_boot(boot_id: str) -> str:
    """A boot id as a sealed item carries it: enough to tell a device's boots apart."""
    return boot_id[:BOOT_LENGTH]


def _known_around(
    connection: Connection, device: str, seqs: Sequence[int]
) -> list[tuple[int, datetime]]:
    """What is known of the device from the nearest number below to the nearest above."""
    values = {"device": device, "lowest": min(seqs), "highest": max(seqs)}
    return [(int(seq), parse_utc(at)) for seq, at in connection.execute(_AROUND, values)]


def _clocks(told: ItemClock) -> EventClocks:
    return EventClocks(
        wall=_moment(told.wall),
        boot_id=short_boot(told.boot),
        monotonic_ms=told.ms,
        centre=_moment(told.centre),
        centre_age_ms=told.centre_age_ms,
    )


def _moment(text: str | None) -> datetime | None:
    """A device may write anything; what is no time tells nothing."""
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError):
        return None
