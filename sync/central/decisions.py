"""Deciding on an application, and what a decision changes."""

from datetime import date, datetime, timedelta, timezone

from sqlalchemy import Connection, select, update

from sync.answers import Decision, DecisionState
from sync.central import tables
from sync.central.database import CHANGE, ROSTER_VERSION, next_number
from sync.errors import SyncError
from sync.events import iso_utc, parse_utc

LIFE_CERTIFICATION = "pension.life_certification"
VERIFIED_ASSURANCE = 2
"""Two proofs of identity; below that a person looks at the evidence first."""

_CIVIL_TIME = timezone(timedelta(hours=8))
_DEFAULT_WORDS = {
    DecisionState.DECIDED: ("certified", "认证通过"),
    DecisionState.NEEDS_CORRECTION: ("needs_correction", "请补充材料"),
}


class DecisionRefused(SyncError):
    """The application is unknown or was decided before."""

    code = "SYN-302"


def is_decided_at_once(
    connection: Connection, service_id: str, resident_id: str, assurance: int
) -> bool:
    """Whether no person is needed: a verified life certification of a resident on the roster."""
    if service_id != LIFE_CERTIFICATION or assurance < VERIFIED_ASSURANCE:
        return False
    row = tables.resident
    known = connection.execute(select(row.c.version).where(row.c.resident_id == resident_id))
    return known.first() is not None


def decide(
    connection: Connection,
    event_id: str,
    state: DecisionState,
    *,
    at: datetime,
    code: str = "",
    text: str = "",
) -> None:
    """Write a decision; a certification moves the resident's date in the roster in the same transaction.

    Raises:
        DecisionRefused: no such application, or it is decided already.
    """
    row = tables.application
    found = connection.execute(select(row).where(row.c.event_id == event_id)).mappings().first()
    if found is None:
        raise DecisionRefused("there is no application with this event id")
    if found["state"] == DecisionState.DECIDED.value:
        raise DecisionRefused("the application is decided already")
    default_code, default_text = _DEFAULT_WORDS[state]
    connection.execute(
        update(row)
        .where(row.c.event_id == event_id)
        .values(
            state=state.value,
            decision_code=code or default_code,
            decision_text=text or default_text,
            decided_at=iso_utc(at),
            change=next_number(connection, CHANGE),
        )
    )
    if state is DecisionState.DECIDED and found["service_id"] == LIFE_CERTIFICATION:
        accepted_on = parse_utc(found["accepted_at"]).astimezone(_CIVIL_TIME).date()
        _certify(connection, found["resident_id"], one_year_after(accepted_on))


def one_year_after(day: date) -> date:
    """The same day of the next year, 28 February after a 29th: a certification holds for twelve months."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def decisions_after(
    connection: Connection, device: str, after: int, limit: int
) -> list[tuple[int, Decision]]:
    """A device's decisions by change number, each with its number."""
    row = tables.application
    found = connection.execute(
        select(row)
        .where(
            row.c.device == device,
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
            ),
        )
        for line in found
    ]


def _certify(connection: Connection, resident_id: str, until: date) -> None:
    row = tables.resident
    connection.execute(
        update(row)
        # Never backwards: an old request may arrive after a newer one.
        .where(
            row.c.resident_id == resident_id,
            (row.c.certified_until.is_(None)) | (row.c.certified_until < until.isoformat()),
        )
        .values(certified_until=until.isoformat(), version=next_number(connection, ROSTER_VERSION))
    )
