"""What an event does at the centre, as a contract between the inbox and the handlers.

A handler works in two steps. ``read`` looks at the payload before anything is locked. ``apply`` writes what many events
do at once, inside the transaction. When it fails it is undone and called again for each event alone, so that only the
faulty one waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from sync.answers import Problem
from sync.central.corrected_time import CorrectedTime, Reception
from sync.item_body import ItemBody


class Refused(Exception):
    """The event itself cannot be accepted as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.type)
        self.problem = problem


class Arrival(NamedTuple):
    """One verified event."""

    body: ItemBody
    content: Any
    """What the handler's ``read`` made of the payload."""


@dataclass(slots=True)
class Intake:
    """One device's batch inside its transaction; the device's row is locked."""

    connection: Connection
    device: str
    region_code: str
    regions: tuple[str, ...]
    """Where the device stands, and where it stood: its earlier rows may have any of these."""
    now: datetime
    change: int
    """The last change number of the device's applications."""
    reception: Reception
    """How the batch came."""
    times: dict[str, CorrectedTime] = field(default_factory=dict)
    """When each event of the batch happened, by its id."""
    stamps: dict[str, str] = field(default_factory=dict)
    """The same as it is written, which costs more than to work it out."""
    certified: dict[str, date] = field(default_factory=dict)
    """Residents and the last day that their certification holds. Written at the end of the transaction: the roster has
    one counter for all, and nobody should wait for it while others are still being judged."""

    def next_change(self) -> int:
        """The next change number; it is the device's alone."""
        self.change += 1
        return self.change

    def certify(self, resident_id: str, until: date) -> None:
        """Move a resident's date at the end of the transaction."""
        self.certified[resident_id] = max(until, self.certified.get(resident_id, until))


@dataclass(frozen=True, slots=True)
class Handler:
    """One kind of event in one version of its schema."""

    read: Callable[[ItemBody], Any]
    """Checks the payload; touches no database. Raises ``Refused``."""
    apply: Callable[[Intake, Sequence[Arrival]], None]
    """Writes what the events do, in their order. Raises anything, also ``Refused``; it is then undone."""
