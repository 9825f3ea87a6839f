"""What a device is told by courier: everything that the centre has of it from the number on that it asked for."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from sync.answers import PROTOCOL_V2, EventStatus, Problem, seal_answer
from sync.central import tables
from sync.central.database import CentralDatabase
from sync.central.devices import Device, find_device
from sync.central.tables_blobs import blob
from sync.central.tables_bundles import bundle, bundle_refusal, courier_device
from sync.courier.report import (
    DIGEST_BYTES,
    DeliveryReport,
    ReportedBundle,
    ReportedRange,
    ReportedRefusal,
)
from sync.device_certificate import issue_certificate
from sync.events import iso_utc
from sync.signing import DeviceSigner, Purpose

_BUNDLES_NAMED = 50
"""The newest; a van that carries an older one still hears that its items arrived, from its device's next bundle."""
_COUNTY_DIGITS = 6
_FILES_FOR = timedelta(days=400)
_FILES_NAMED = 50_000
"""A file that is not named is asked about again when a link comes, which costs no upload."""


@dataclass(slots=True)
class _Run:
    """A range that is still growing."""

    first: int
    status: str
    problem: str
    digests: bytearray

    def takes(self, seq: int, status: str, problem: str) -> bool:
        return seq == self.first + len(self.digests) // DIGEST_BYTES and (status, problem) == (
            self.status,
            self.problem,
        )

    def reported(self) -> ReportedRange:
        return ReportedRange(
            first=self.first,
            last=self.first + len(self.digests) // DIGEST_BYTES - 1,
            status=EventStatus(self.status),
            problem=Problem(type=self.problem) if self.problem else None,
            digests=base64.b64encode(bytes(self.digests)).decode("ascii"),
        )


def make_report(
    database: CentralDatabase, device_id: str, signers: Sequence[DeviceSigner], now: datetime
) -> bytes | None:
    """Write the report of a device; None for one that is not enrolled.

    Args:
        signers: the centre's keys, the oldest first.
        now: read before this is called: nothing that was committed by then may be missing.
    """
    epoch = database.epoch
    with database.reading() as connection:
        device = find_device(connection, device_id)
        if device is None:
            return None
        floor = _floor(connection, device_id, epoch)
        report = DeliveryReport(
            protocol=PROTOCOL_V2,
            device=device_id,
            epoch=epoch,
            time=now,
            floor=floor,
            hwm=device.hwm,
            ranges=tuple(_ranges(_events(connection, device_id, floor))),
            refusals=tuple(_refusals(connection, device_id)),
            files=tuple(_files(connection, device_id, now)),
            bundles=tuple(_bundles(connection, device_id)),
            certificate=_certificate(signers[0], device, now),
        )
    return seal_answer(report, Purpose.DELIVERY_REPORT, signers[0], signers[1:])


def courier_devices(connection: Connection) -> list[str]:
    """Devices that a courier has ever brought something of."""
    return list(connection.execute(select(courier_device.c.device).order_by("device")).scalars())


def devices_for_van(
    connection: Connection, van: Device, after: str, limit: int | None
) -> list[str]:
    """Devices whose reports a van may carry: those that it has brought something of, and those of its county.

    A report names no person and no event.
    """
    row, owner = courier_device, tables.device
    brought = select(bundle.c.device).where(bundle.c.van == van.id)
    county = owner.c.region_code.startswith(van.region_code[:_COUNTY_DIGITS])
    found = (
        select(row.c.device)
        .join(owner, owner.c.id == row.c.device)
        .where(row.c.device > after, county | row.c.device.in_(brought))
        .order_by(row.c.device)
        .limit(limit)
    )
    return list(connection.execute(found).scalars())


def _floor(connection: Connection, device: str, epoch: str) -> int:
    row = courier_device
    said = connection.execute(
        select(row.c.floor, row.c.epoch).where(row.c.device == device)
    ).first()
    # To one that knows another life of this centre, nothing is settled for good.
    return int(said.floor) if said is not None and said.epoch in ("", epoch) else 0


def _events(connection: Connection, device: str, floor: int) -> Iterator[tuple[int, str, str, str]]:
    row = tables.event_key
    found = connection.execute(
        select(row.c.seq, row.c.digest, row.c.status, row.c.problem)
        .where(row.c.device == device, row.c.seq >= floor)
        .order_by(row.c.seq)
        .execution_options(yield_per=1000)
    )
    for line in found:
        yield int(line.seq), line.digest, line.status, line.problem


def _ranges(events: Iterable[tuple[int, str, str, str]]) -> Iterator[ReportedRange]:
    run: _Run | None = None
    for seq, digest, status, problem in events:
        if run is None or not run.takes(seq, status, problem):
            if run is not None:
                yield run.reported()
            run = _Run(seq, status, problem, bytearray())
        run.digests += bytes.fromhex(digest)[:DIGEST_BYTES]
    if run is not None:
        yield run.reported()


def _refusals(connection: Connection, device: str) -> Iterator[ReportedRefusal]:
    row = bundle_refusal
    for line in connection.execute(select(row).where(row.c.device == device).order_by("digest")):
        yield ReportedRefusal(
            digest=line.digest[: 2 * DIGEST_BYTES],
            status=EventStatus(line.status),
            problem=Problem(type=line.problem) if line.problem else None,
        )


def _files(connection: Connection, device: str, now: datetime) -> list[str]:
    row = blob
    found = connection.execute(
        select(row.c.name)
        .where(row.c.device == device, row.c.completed_at >= iso_utc(now - _FILES_FOR))
        .order_by(row.c.completed_at.desc())
        .limit(_FILES_NAMED)
    )
    return list(found.scalars())


def _bundles(connection: Connection, device: str) -> list[ReportedBundle]:
    row = bundle
    found = connection.execute(
        select(row.c.id, row.c.serial, row.c.is_complete)
        .where(row.c.device == device)
        .order_by(row.c.serial.desc())
        .limit(_BUNDLES_NAMED)
    )
    return [
        ReportedBundle(bundle=line.id, serial=line.serial, is_complete=line.is_complete)
        for line in found
    ]


def _certificate(signer: DeviceSigner, device: Device, now: datetime) -> str:
    issued = issue_certificate(signer, device.id, device.receipt_prefix, device.public_key, now)
    return base64.b64encode(issued).decode("ascii")
