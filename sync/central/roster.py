"""The roster: who lives in a region, given out as changes since a version."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from sync.answers import RosterResident
from sync.central import tables
from sync.central.database import ROSTER_VERSION, next_number
from sync.errors import SyncError
from sync.roster_record import RecordFault, record_text

PAGE_BYTES = 32 * 1024
"""Of a page's rows, about: with the default total time of 30 s a page still passes at 9.6 kbit/s."""

_BARE_ROW_BYTES = 160
"""A row without its record, as it stands in an answer."""

_LONGEST_MESSAGE = 200

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class RosterUnusable(SyncError):
    """The roster file cannot be taken in; nothing of it was."""

    code = "SYN-303"


class RosterFile(BaseModel):
    """A roster as a file: whom to add or change, and whom to take out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    residents: list[RosterResident] = Field(default_factory=list)
    removed: list[str] = Field(default_factory=list)
    """Resident ids."""


def parse_roster(text: str) -> RosterFile:
    """Read a roster file.

    Raises:
        RosterUnusable: says where it is wrong, never what stands there.
    """
    try:
        roster = RosterFile.model_validate_json(text)
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) for fault in error.errors()}
        raise RosterUnusable(
            f"roster file: {', '.join(sorted(places))[:_LONGEST_MESSAGE]}"
        ) from error
    faults = [
        f"residents.{place}.{fault}"
        for place, person in enumerate(roster.residents)
        for fault in _faults(person)
    ]
    if faults:
        raise RosterUnusable(f"roster file: {', '.join(faults)[:_LONGEST_MESSAGE]}")
    return roster


def load(connection: Connection, roster: RosterFile) -> int:
    """Take a roster in; unchanged residents keep their version. Returns how many changed."""
    changed = sum(_put(connection, person) for person in roster.residents)
    return changed + sum(_remove(connection, resident_id) for resident_id in roster.removed)


def changes_after(
    connection: Connection, region_code: str, after: int, limit: int
) -> tuple[list[RosterResident], list[str], int, bool]:
    """A region's changes after a version.

    Args:
        limit: most changes; fewer come when their records are large.
    Returns:
        residents to add or change, ids to take out, the version reached, whether there is more.
    """
    merged = lines_after(connection, region_code, after, limit + 1)
    page = _fitting(merged[:limit])
    upserts = [resident_of(line) for line in page if "name" in line]
    tombstones = [str(line["resident_id"]) for line in page if "name" not in line]
    cursor = int(page[-1]["version"]) if page else after
    return upserts, tombstones, cursor, len(merged) > len(page)


def lines_after(
    connection: Connection, region_code: str, after: int, limit: int
) -> Sequence[RowMapping]:
    """A region's changes after a version, in their order; a tombstone has no ``name``."""
    here, gone = tables.resident, tables.departure
    arrivals = connection.execute(
        select(here)
        .where(here.c.region_code == region_code, here.c.version > after)
        .order_by(here.c.version)
        .limit(limit)
    ).mappings()
    departures = connection.execute(
        select(gone)
        .where(gone.c.region_code == region_code, gone.c.version > after)
        .order_by(gone.c.version)
        .limit(limit)
    ).mappings()
    merged = sorted([*arrivals, *departures], key=lambda line: int(line["version"]))
    return merged[:limit]


def _put(connection: Connection, person: RosterResident) -> bool:
    row = tables.resident
    found = (
        connection.execute(select(row).where(row.c.resident_id == person.resident_id))
        .mappings()
        .first()
    )
    values = {**person.model_dump(), "record": _record_text(person)}
    if found is not None and all(found[name] == value for name, value in values.items()):
        return False
    if found is not None and found["region_code"] != person.region_code:
        _depart(connection, found["region_code"], person.resident_id)
    gone = tables.departure
    connection.execute(
        delete(gone).where(
            gone.c.region_code == person.region_code, gone.c.resident_id == person.resident_id
        )
    )
    values["version"] = next_number(connection, ROSTER_VERSION)
    if found is None:
        connection.execute(insert(row).values(values))
    else:
        connection.execute(
            update(row).where(row.c.resident_id == person.resident_id).values(values)
        )
    return True


def _remove(connection: Connection, resident_id: str) -> bool:
    row = tables.resident
    region = connection.execute(
        select(row.c.region_code).where(row.c.resident_id == resident_id)
    ).scalar()
    if region is None:
        return False
    connection.execute(delete(row).where(row.c.resident_id == resident_id))
    _depart(connection, region, resident_id)
    return True


def _depart(connection: Connection, region_code: str, resident_id: str) -> None:
    connection.execute(
        insert(tables.departure).values(
            region_code=region_code,
            resident_id=resident_id,
            version=next_number(connection, ROSTER_VERSION),
        )
    )


def resident_of(line: Mapping[Any, Any]) -> RosterResident:
    """A row as it is sent."""
    return RosterResident(
        resident_id=line["resident_id"],
        citizen_id=line["citizen_id"],
        name=line["name"],
        region_code=line["region_code"],
        certified_until=line["certified_until"],
        record=json.loads(line["record"]) if line["record"] else None,
    )


def _record_text(person: RosterResident) -> str:
    return "" if person.record is None else record_text(person.record)


def _fitting(lines: Sequence[RowMapping]) -> Sequence[RowMapping]:
    """As many of the first lines as a slow link takes at once; at least one."""
    total = 0
    for count, line in enumerate(lines):
        total += _BARE_ROW_BYTES + len(line.get("record", "").encode("utf-8"))
        if count and total > PAGE_BYTES:
            return lines[:count]
    return lines


def _faults(person: RosterResident) -> Iterator[str]:
    if person.certified_until is not None and not _is_date(person.certified_until):
        yield "certified_until is no date"
    try:
        _record_text(person)
    except RecordFault as fault:
        yield str(fault)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
