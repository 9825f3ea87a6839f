"""Staff and attempt counts in their tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from kiosk.domain.attempt_count import AttemptCount
from kiosk.domain.staff import StaffMember
from kiosk.storage.rows import moment, moment_text

_COLUMNS = "staff_number, salt, verifier, cost, added_at"


@dataclass(frozen=True, slots=True)
class SqliteStaff:
    """Who may sign in here."""

    database: Database

    def find(self, number: str) -> StaffMember | None:
        """One by number, or None."""
        row = self.database.execute(
            f"SELECT {_COLUMNS} FROM staff WHERE staff_number = ?",  # noqa: S608 (fixed columns)
            [number],
        ).fetchone()
        return _member(row) if row else None

    def all(self) -> tuple[StaffMember, ...]:
        """Everybody, by number."""
        rows = self.database.execute(f"SELECT {_COLUMNS} FROM staff ORDER BY staff_number")  # noqa: S608
        return tuple(_member(row) for row in rows)

    def add(self, member: StaffMember) -> None:
        """Store a new one."""
        self.database.execute(
            f"INSERT INTO staff ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [
                member.number,
                member.salt,
                member.verifier,
                member.cost,
                moment_text(member.added_at),
            ],
        )

    def erase(self, number: str) -> bool:
        """Delete one; whether there was one."""
        cursor = self.database.execute("DELETE FROM staff WHERE staff_number = ?", [number])
        return int(cursor.rowcount) == 1


def _member(row: tuple[Any, ...]) -> StaffMember:
    return StaffMember(
        str(row[0]), bytes(row[1]), bytes(row[2]), int(row[3]), datetime.fromisoformat(row[4])
    )


@dataclass(frozen=True, slots=True)
class SqliteAttempts:
    """Counts by kind and subject."""

    database: Database

    def of(self, kind: str, subject: str) -> AttemptCount:
        """The count; a fresh one when nothing was counted."""
        row = self.database.execute(
            "SELECT failures, since, rests, locked_at FROM attempt_count WHERE kind = ? AND subject = ?",
            [kind, subject],
        ).fetchone()
        if row is None:
            return AttemptCount()
        return AttemptCount(int(row[0]), moment(row[1]), int(row[2]), moment(row[3]))

    def put(self, kind: str, subject: str, count: AttemptCount) -> None:
        """Store a count; one that says nothing leaves no row."""
        if count == AttemptCount():
            self.database.execute(
                "DELETE FROM attempt_count WHERE kind = ? AND subject = ?", [kind, subject]
            )
            return
        self.database.execute(
            "INSERT OR REPLACE INTO attempt_count VALUES (?, ?, ?, ?, ?, ?)",
            [
                kind,
                subject,
                count.failures,
                moment_text(count.since),
                count.rests,
                moment_text(count.locked_at),
            ],
        )
