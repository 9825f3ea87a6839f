"""A paper on its way to the printer."""

import enum
from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.printout import Printout


class PrintJobState(enum.Enum):
    """How far a paper is."""

    WAITING = "waiting"
    PRINTED = "printed"
    """The printer confirmed."""
    GIVEN_UP = "given_up"
    """Too many tries: the receipt stays on the screen."""
    EXPIRED = "expired"
    """It waited too long for a printer; its personal data are gone."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One paper that waits."""

    job_id: str
    printout: Printout
    submitted_at: datetime
    attempts: int = 0
    """Tries so far."""
    may_be_out: bool = False
    """A try ended without word from the printer: the paper may be there, whole or in part."""
