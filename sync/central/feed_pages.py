"""Makes the pages of a feed: as many changes as fit into what a link bears, signed and sealed to one device."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sync.canonical import canonical_json
from sync.central import roster, tables
from sync.central.catalogue import CATALOGUE_VERSION
from sync.central.database import ROSTER_VERSION
from sync.central.decisions import decisions_after
from sync.central.devices import Device
from sync.central.tables_feeds import published_document
from sync.feed_sinks import CATALOGUE, DECISIONS, ROSTER
from sync.sealed_page import MAXIMUM_PLAIN_BYTES, PageHeader, compress, pack

MOST_CHANGES = 2000
"""Of a page."""
_PLAIN_LIMIT = MAXIMUM_PLAIN_BYTES - 1024
_GUESS = 8
"""How much smaller a page becomes, to begin with."""
_MOST_TRIES = 6
_FULL_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class Change:
    """One row that changed, or went."""

    number: int
    key: str
    row: dict[str, Any] | None
    """None for a tombstone."""


@dataclass(frozen=True, slots=True)
class _Feed:
    reached: Callable[[Connection, Device], int]
    """The number of its last change."""
    changes: Callable[[Connection, Device, int], Sequence[Change]]
    has_region: bool


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page before it is sealed."""

    header: PageHeader
    packed: bytes


def make_page(
    connection: Connection,
    feed: str,
    device: Device,
    after: int,
    limit_bytes: int,
    *,
    epoch: str,
    now: datetime,
    nonce: str = "",
) -> MadePage:
    """Put the next changes of a feed together.

    Args:
        limit_bytes: of the compressed content; one change that is larger passes alone.
        nonce: of the request; empty for a page that is carried.
    Raises:
        KeyError: there is no such feed.
    """
    source = _FEEDS[feed]
    found = source.changes(connection, device, after)
    packed, size, count = fit(found[:MOST_CHANGES], limit_bytes)
    reached = source.reached(connection, device)
    cursor = found[count - 1].number if count else min(after, reached)
    header = PageHeader(
        protocol=2,
        device=device.id,
        epoch=epoch,
        time=now,
        feed=feed,
        scope=f"{epoch}:{device.region_code}" if source.has_region else epoch,
        after=after,
        cursor=cursor,
        more=len(found) > count,
        as_of=now,
        size=size,
        nonce=nonce,
    )
    return MadePage(header, packed)


def fit(changes: Sequence[Change], limit_bytes: int) -> tuple[bytes, int, int]:
    """Pack as many of the first changes as fit; at least one.

    Returns:
        the compressed content, its size before, and how many changes it holds.
    """
    ends = _plain_ends(changes)
    most = sum(end <= _PLAIN_LIMIT for end in ends)
    count = sum(end <= limit_bytes * _GUESS for end in ends[:most])
    best: tuple[bytes, int, int] | None = None
    for _ in range(_MOST_TRIES):
        count = max(min(count, most), min(1, len(changes)))
        packed, size = _packed(changes[:count])
        fits = len(packed) <= limit_bytes
        if fits and (best is None or count > best[2]):
            best = (packed, size, count)
        if count == most or count <= 1:
            if fits or count <= 1:
                break
        elif fits and len(packed) >= limit_bytes * _FULL_ENOUGH:
            break
        # A little less than the ratio says: a page that is too large by a byte costs another try.
        better = max(1, int(count * limit_bytes * 0.93 / len(packed)))
        if better == count or (best is not None and better <= best[2]):
            break
        count = better
    if best is None:
        return (*_packed(changes[: min(1, len(changes))]), min(1, len(changes)))
    return best


def _plain_ends(changes: Sequence[Change]) -> list[int]:
    ends: list[int] = []
    total = 0
    for one in changes:
        total += len(canonical_json(one.key if one.row is None else one.row)) + 1
        ends.append(total)
    return ends


def _packed(changes: Sequence[Change]) -> tuple[bytes, int]:
    content = pack(
        [one.row for one in changes if one.row is not None],
        [one.key for one in changes if one.row is None],
    )
    return compress(content), len(content)


def _roster(connection: Connection, device: Device, after: int) -> Sequence[Change]:
    lines = roster.lines_after(connection, device.region_code, after, MOST_CHANGES + 1)
    return [
        Change(int(line["version"]), str(line["resident_id"]), _resident(line)) for line in lines
    ]


def _resident(line: Mapping[Any, Any]) -> dict[str, Any] | None:
    return roster.resident_of(line).wire() if "name" in line else None


def _catalogue(connection: Connection, _device: Device, after: int) -> Sequence[Change]:
    row = published_document
    lines = connection.execute(
        select(row).where(row.c.change > after).order_by(row.c.change).limit(MOST_CHANGES + 1)
    ).mappings()
    return [
        Change(
            int(line["change"]),
            f"{line['kind']}/{line['name']}",
            None
            if line["is_withdrawn"]
            else {name: line[name] for name in ("kind", "name", "version", "text")},
        )
        for line in lines
    ]


def _decisions(connection: Connection, device: Device, after: int) -> Sequence[Change]:
    return [
        Change(number, one.event_id, {"number": number, **one.wire()})
        for number, one in decisions_after(connection, device.id, after, MOST_CHANGES + 1)
    ]


def _counted(counter: str) -> Callable[[Connection, Device], int]:
    row = tables.counter

    def reached(connection: Connection, _device: Device) -> int:
        found = connection.execute(select(row.c.value).where(row.c.name == counter)).scalar()
        return int(found or 0)

    return reached


_FEEDS: Mapping[str, _Feed] = {
    ROSTER: _Feed(_counted(ROSTER_VERSION), _roster, has_region=True),
    CATALOGUE: _Feed(_counted(CATALOGUE_VERSION), _catalogue, has_region=False),
    DECISIONS: _Feed(lambda _connection, device: device.change, _decisions, has_region=False),
}
