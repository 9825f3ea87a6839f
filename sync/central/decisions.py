"""Deciding on an application, and what a decision changes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from sync.answers import Decision, DecisionState
from sync.central import tables
from sync.central.corrections import SUPERSEDED
from sync.central.database import ROSTER_VERSION, take_numbers
from sync.central.devices import find_device
from sync.decision_fields import MAXIMUM_FIELDS, is_field_name
from sync.errors import SyncError
from sync.events import iso_utc, parse_utc

LIFE_CERTIFICATION = "pension.life_certification"
VERIFIED_ASSURANCE = 2
"""Two proofs of identity; below that a person looks at the evidence first."""

_CIVIL_TIME = timezone(timedelta(hours=8))
CERTIFIED = "certified"
"""The code of a certification that holds; with any other code the date does not move."""

_CERTIFIED_WORDS = (CERTIFIED, "认证通过")
_DEFAULT_WORDS = {
    DecisionState.DECIDED: ("done", "已办结"),
    DecisionState.NEEDS_CORRECTION: ("needs_correction", "请补充材料"),
}


class DecisionRefused(SyncError):
    """The application is unknown, was decided before, or a correction took its place."""

    code = "SYN-302"


class DecisionMalformed(SyncError):
    """The decision itself is wrong as given; nothing was decided."""

    code = "SYN-305"


def needs_no_person(service_id: str, assurance: int) -> bool:
    """Whether it is decided at once for a resident on the roster: a verified life certification."""
    return service_id == LIFE_CERTIFICATION and assurance >= VERIFIED_ASSURANCE


def certified_values(happened_at: datetime, now: datetime) -> tuple[dict[str, Any], date]:
    """A certification that is decided at once: the application's columns, and the last day that it holds.

    Args:
        happened_at: corrected, as a device's clock may be off by decades.
    """
    code, words = _CERTIFIED_WORDS
    values = {
        "state": DecisionState.DECIDED.value,
        "decision_code": code,
        "decision_text": words,
        "decided_at": iso_utc(now),
    }
    return values, _holds_until(happened_at)


def decide(
    connection: Connection,
    event_id: str,
    state: DecisionState,
    *,
    at: datetime,
    code: str = "",
    text: str = "",
    fields: Sequence[str] = (),
) -> None:
    """Write a decision; a certification moves the resident's date in the roster in the same transaction.

    Args:
        code: what programs go by; a certification moves the date with ``certified`` only, its default.
        text: what the resident reads.
        fields: the form's questions at fault, when a correction is asked for.
    Raises:
        DecisionRefused: no such application, or there is nothing more to decide on it.
        DecisionMalformed: ``fields`` are no questions' names, too many, or given with a final decision.
    """
    _check(state, code, text, fields)
    row, key, device = tables.application, tables.event_key, tables.device
    where = connection.execute(
        select(key.c.region_code, key.c.device).where(key.c.id == event_id)
    ).first()
    if where is None:
        raise DecisionRefused("there is no application with this event id")
    # This locks the device's row, so no correction can come between.
    counted = update(device).where(device.c.id == where.device).values(change=device.c.change + 1)
    change = connection.execute(counted.returning(device.c.change)).scalar_one()
    this = (row.c.region_code == where.region_code, row.c.event_id == event_id)
    found = connection.execute(select(row).where(*this)).mappings().first()
    if found is None:
        raise DecisionRefused("there is no application with this event id")
    if found["state"] == DecisionState.DECIDED.value:
        raise DecisionRefused("the application is decided already")
    if found["state"] == SUPERSEDED:
        raise DecisionRefused("a correction has taken its place: " + found["corrected_by"])
    default_code, default_text = _default_words(state, found["service_id"])
    connection.execute(
        update(row)
        .where(*this)
        .values(
            state=state.value,
            decision_code=code or default_code,
            decision_text=text or default_text,
            decision_fields=" ".join(fields),
            decided_at=iso_utc(at),
            change=change,
        )
    )
    is_certified = found["service_id"] == LIFE_CERTIFICATION and code in ("", CERTIFIED)
    if state is DecisionState.DECIDED and is_certified:
        happened_at = parse_utc(found["corrected_at"] or found["accepted_at"])
        certify(connection, {found["resident_id"]: _holds_until(happened_at)})


def certify(connection: Connection, residents: Mapping[str, date]) -> None:
    """Move residents' dates in the roster, never backwards: an old request may arrive after a newer one.

    Args:
        residents: ids, and the last day that the certification holds.
    """
    if not residents:
        return
    row = tables.resident
    versions = take_numbers(connection, ROSTER_VERSION, len(residents))
    connection.execute(
        update(row)
        .where(
            row.c.resident_id == bindparam("resident"),
            (row.c.certified_until.is_(None)) | (row.c.certified_until < bindparam("until")),
        )
        .values(certified_until=bindparam("until"), version=bindparam("number")),
        [
            {"resident": resident_id, "until": until.isoformat(), "number": number}
            for (resident_id, until), number in zip(
                sorted(residents.items()), versions, strict=True
            )
        ],
    )


def one_year_after(day: date) -> date:
    """The same day of the next year, 28 February after a 29th: a certification holds for twelve months."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def decisions_after(
    connection: Connection, device_id: str, after: int, limit: int
) -> list[tuple[int, Decision]]:
    """A device's decisions by change number, each with its number."""
    device = find_device(connection, device_id)
    if device is None:
        return []
    row = tables.application
    found = connection.execute(
        select(row)
        .where(
            row.c.region_code.in_(device.regions),
            row.c.device == device.id,
            row.c.change > after,
            row.c.state.in_([state.value for state in DecisionState]),
        )
        .order_by(row.c.change)
        .limit(limit)
    ).mappings()
    return [
        (
            line["change"],
            Decision(
                event_id=line["event_id"],
                state=DecisionState(line["state"]),
                code=line["decision_code"],
                text=line["decision_text"],
                decided_at=parse_utc(line["decided_at"]),
                fields=tuple(line["decision_fields"].split()),
            ),
        )
        for line in found
    ]


def _holds_until(happened_at: datetime) -> date:
    return one_year_after(happened_at.astimezone(_CIVIL_TIME).date())


def _default_words(state: DecisionState, service_id: str) -> tuple[str, str]:
    if state is DecisionState.DECIDED and service_id == LIFE_CERTIFICATION:
        return _CERTIFIED_WORDS
    return _DEFAULT_WORDS[state]


def _check(state: DecisionState, code: str, text: str, fields: Sequence[str]) -> None:
    if len(code) > tables.MAXIMUM_CODE:
        raise DecisionMalformed("the code is too long")
    if len(text) > tables.MAXIMUM_TEXT:
        raise DecisionMalformed("the text is too long for a page")
    if fields and state is not DecisionState.NEEDS_CORRECTION:
        raise DecisionMalformed("questions are named only when a correction is asked for")
    if len(fields) > MAXIMUM_FIELDS:
        raise DecisionMalformed(f"more than {MAXIMUM_FIELDS} questions")
    for name in fields:
        if not is_field_name(name):
            raise DecisionMalformed(f"no question's name: {name[:40]!r}")
