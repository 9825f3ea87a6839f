"""Taking in batches: events, their effects and the high-water mark in one transaction.

The events of a batch are written together. When that fails they are undone and written one by one, each in its own
savepoint: one event's fault is no other's.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from sync.answers import PROTOCOL_VERSION, EventResult, EventStatus
from sync.central import tables
from sync.central.corrected_time import Reception
from sync.central.database import CentralDatabase, epoch_of
from sync.central.decisions import certify
from sync.central.device_keys import keys_of
from sync.central.devices import Device, find_device
from sync.central.effects import Intake
from sync.central.observing import county_of
from sync.central.opening import (
    BEFORE,
    DecodedItem,
    ItemReader,
    OpenedItem,
    Reading,
    decode_items,
    open_items,
)
from sync.central.recording import Recorder
from sync.central.verdicts import answered, for_version_1
from sync.errors import NotAuthorised

_MAXIMUM_GAPS = 1000

# Built once: building a statement costs more than running it.
_KEY = tables.event_key.c
_PAIRS = (
    select(_KEY.seq, func.coalesce(func.lag(_KEY.seq).over(order_by=_KEY.seq), 0).label("before"))
    .where(_KEY.device == bindparam("device"))
    .subquery()
)
_GAPS = (
    select(_PAIRS.c.before, _PAIRS.c.seq)
    .where(_PAIRS.c.seq > _PAIRS.c.before + 1)
    .order_by(_PAIRS.c.seq)
    .limit(_MAXIMUM_GAPS)
)
_ADVANCE = (
    update(tables.device)
    .where(tables.device.c.id == bindparam("device"))
    .values(hwm=bindparam("highest"), change=bindparam("last_change"))
)


@dataclass(slots=True)
class Delivery:
    """One device's batch on its way into the database."""

    owner: str
    """Id of the device."""
    readings: Sequence[Reading]
    reception: Reception
    results: list[EventResult | None] = field(default_factory=list)
    hwm: int = 0
    epoch: str = ""
    """Of the centre when it took the events in."""
    ages_s: list[float] = field(default_factory=list)
    """Of new events, how long ago they happened."""
    seem_new: bool = False
    """None of the events was known when they were opened."""

    def reset(self) -> None:
        """Forget an attempt that was undone."""
        self.results, self.hwm, self.epoch, self.ages_s = [], 0, "", []


class Received(NamedTuple):
    """What became of a batch."""

    results: tuple[EventResult, ...]
    """For each item whose id could be read."""
    hwm: int
    """The device's high-water mark."""
    epoch: str
    """Of the centre, read in the same transaction."""


def receive_batch(
    database: CentralDatabase,
    device: Device,
    items: Sequence[bytes],
    now: datetime,
    reader: ItemReader | Callable[[Connection], ItemReader] = BEFORE,
    reception: Reception | None = None,
) -> Received:
    """Take a batch in; when this returns, it is committed and on the disk.

    Args:
        reader: which items can be read, or how to find out in the snapshot that is read anyway; as it is, those of
            version 1.
        reception: what the device's clocks said when it delivered; None for items that somebody else brought.
    """
    with database.reading() as connection:
        if not isinstance(reader, ItemReader):
            reader = reader(connection)
        decoded = decode_items(items, device.id, reader)
        decoded, seem_new = answered(connection, decoded)
        keys = keys_of(connection, device.id, device.public_key)
        epoch = "" if any(isinstance(one, DecodedItem) for one in decoded) else epoch_of(connection)
    readings = open_items(decoded, keys, reader)
    delivery = Delivery(device.id, readings, reception or Reception(now), seem_new=seem_new)

    def commit(deliveries: Sequence[Delivery]) -> None:
        with database.writing() as connection:
            take_in(connection, deliveries)

    if any(isinstance(one, OpenedItem) for one in readings):
        database.groups.run(delivery, commit)
    else:
        delivery.results = [one if isinstance(one, EventResult) else None for one in readings]
        delivery.hwm, delivery.epoch = device.hwm, epoch or database.epoch
    statuses = Counter(one.status.value if one else "unnamed" for one in delivery.results)
    database.observer.batch(county_of(device.region_code), statuses, sum(map(len, items)))
    database.observer.arrivals(delivery.ages_s)
    named = [result for result in delivery.results if result is not None]
    if reader.protocol == PROTOCOL_VERSION:
        named = [for_version_1(result) for result in named]
    return Received(tuple(named), delivery.hwm, delivery.epoch)


def take_in(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Write deliveries in the caller's transaction."""
    certified: dict[str, date] = {}
    epoch = epoch_of(connection)
    # Rows are locked in the order of their ids, so that no two groups wait for each other. The order of one device's
    # deliveries stays.
    for delivery in sorted(deliveries, key=lambda one: one.owner):
        delivery.epoch = epoch
        for resident_id, until in _take_in(connection, delivery).items():
            certified[resident_id] = max(until, certified.get(resident_id, until))
    certify(connection, certified)


def gaps_of(connection: Connection, device: str) -> tuple[tuple[int, int], ...]:
    """The ranges of sequence numbers that are missing below a device's high-water mark, both ends included."""
    found = connection.execute(_GAPS, {"device": device})
    return tuple((last + 1, seq - 1) for last, seq in found)


def _take_in(connection: Connection, delivery: Delivery) -> dict[str, date]:
    device = find_device(connection, delivery.owner, is_locking=True)
    if device is None:
        raise NotAuthorised("the device is not enrolled")
    intake = Intake(
        connection,
        device.id,
        device.region_code,
        device.regions,
        delivery.reception.at,
        device.change,
        delivery.reception,
    )
    opened = [one for one in delivery.readings if isinstance(one, OpenedItem)]
    recorder = Recorder(intake, opened)
    answers = iter(recorder.record(seem_new=delivery.seem_new))
    delivery.results = [
        next(answers) if isinstance(one, OpenedItem) else one for one in delivery.readings
    ]
    delivery.ages_s = [
        (delivery.reception.at - intake.times[one.id].at).total_seconds()
        for one in delivery.results
        if one is not None and one.status is EventStatus.APPLIED and one.id in intake.times
    ]
    delivery.hwm = max(device.hwm, recorder.highest)
    if (delivery.hwm, intake.change) != (device.hwm, device.change):
        connection.execute(
            _ADVANCE,
            {"device": device.id, "highest": delivery.hwm, "last_change": intake.change},
        )
    return intake.certified
