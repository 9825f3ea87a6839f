"""An application that mends an earlier one, and one that somebody makes for another."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

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

_ROW = tables.application.c
_MENDED = (
    _ROW.region_code.in_(bindparam("regions", expanding=True)),
    _ROW.event_id == bindparam("mended"),
    _ROW.device == bindparam("of_device"),
    _ROW.subject == bindparam("of_subject"),
)
# Built once: building a statement costs more than running it.
_STATE = select(_ROW.state).where(*_MENDED)
_CLOSE = (
    update(tables.application)
    .where(*_MENDED)
    .values(state=SUPERSEDED, corrected_by=bindparam("closed_by"))
)


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
    mended = {
        "regions": intake.regions,
        "mended": corrects,
        "of_device": intake.device,
        "of_subject": subject,
    }
    state = intake.connection.execute(_STATE, mended).scalar()
    if state is None:
        return Link(flag=FLAG_UNKNOWN)
    if state not in _OPEN:
        return Link(flag=FLAG_CLOSED)
    intake.connection.execute(_CLOSE, {**mended, "closed_by": by})
    return Link(corrects=corrects)
