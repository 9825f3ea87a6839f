"""What the database keeps of staff, of tries, and of those who are never asked; part of ``Transaction``."""

from datetime import datetime
from typing import Protocol

from kiosk.domain.attempt_count import AttemptCount
from kiosk.domain.identity_policy import Factor
from kiosk.domain.staff import StaffMember


class StaffRows(Protocol):
    """Who of the staff may sign in here."""

    def find(self, number: str) -> StaffMember | None:
        """One by number, or None."""

    def all(self) -> tuple[StaffMember, ...]:
        """Everybody, by number."""

    def add(self, member: StaffMember) -> None:
        """Store a new one."""

    def erase(self, number: str) -> bool:
        """Delete one; whether there was one."""


class Attempts(Protocol):
    """Counts of what may not be tried endlessly, by kind and subject."""

    def of(self, kind: str, subject: str) -> AttemptCount:
        """The count; a fresh one when nothing was counted."""

    def put(self, kind: str, subject: str, count: AttemptCount) -> None:
        """Store a count."""


class Exemptions(Protocol):
    """Of whom no model of face or voice can be made."""

    def of(self, resident_id: str) -> frozenset[Factor]:
        """What a resident is never asked for."""

    def add(self, resident_id: str, factor: Factor, staff: str, at: datetime) -> bool:
        """Record one; whether it is new."""

    def erase(self, resident_id: str, factor: Factor) -> bool:
        """Lift one; whether there was one."""
