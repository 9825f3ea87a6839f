"""An application that mends an earlier one, and one that somebody makes for another."""

from dataclasses import dataclass

from sqlalchemy import select, update

from sync.answers import DecisionState
from sync.central import tables
from sync.central.effects import Intake

IN_REVIEW = "in_review"
SUPERSEDED = "superseded"
"""A correction has taken its place: there is nothing to decide any more."""

FLAG_PROXY = "proxy"
FLAG_UNKNOWN = "corrects-unknown"
"""It names no application of this device and person."""
FLAG_CLOSED = "corrects-closed"
"""What it names was decided meanwhile, or another correction came first."""

_OPEN = (IN_REVIEW, DecisionState.NEEDS_CORRECTION.value)


@dataclass(frozen=True, slots=True)
class Link:
    """What became of the name of an earlier application."""

    corrects: str = ""
    """Event id, when the earlier one was closed by this."""
    flag: str = ""
    """Why it was not; for the staff."""


def supersede(intake: Intake, *, subject: str, corrects: str, by: str) -> Link:
    """Close the application that a new one mends.

    A name that does not fit never refuses the new one: a resident holds a receipt for it.

    Args:
        corrects: the event id that the new one names.
        by: the new one's own event id.
    """
    row = tables.application
    mine = (
        row.c.region_code.in_(intake.regions),
        row.c.event_id == corrects,
        row.c.device == intake.device,
        row.c.subject == subject,
    )
    state = intake.connection.execute(select(row.c.state).where(*mine)).scalar()
    if state is None:
        return Link(flag=FLAG_UNKNOWN)
    if state not in _OPEN:
        return Link(flag=FLAG_CLOSED)
    intake.connection.execute(update(row).where(*mine).values(state=SUPERSEDED, corrected_by=by))
    return Link(corrects=corrects)
