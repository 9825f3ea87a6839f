"""Of whom no model of face or voice can be made, in their table."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.identity_policy import Factor
from kiosk.storage.rows import moment_text


@dataclass(frozen=True, slots=True)
class SqliteExemptions:
    """By resident and factor; who lifted one stands in the audit log."""

    database: Database

    def of(self, resident_id: str) -> frozenset[Factor]:
        """What a resident is never asked for."""
        rows = self.database.execute(
            "SELECT factor FROM biometric_exemption WHERE resident_id = ?", [resident_id]
        )
        return frozenset(Factor(row[0]) for row in rows)

    def add(self, resident_id: str, factor: Factor, staff: str, at: datetime) -> bool:
        """Record one; whether it is new."""
        cursor = self.database.execute(
            "INSERT OR IGNORE INTO biometric_exemption VALUES (?, ?, ?, ?)",
            [resident_id, factor.value, staff, moment_text(at)],
        )
        return int(cursor.rowcount) == 1

    def erase(self, resident_id: str, factor: Factor) -> bool:
        """Lift one; whether there was one."""
        cursor = self.database.execute(
            "DELETE FROM biometric_exemption WHERE resident_id = ? AND factor = ?",
            [resident_id, factor.value],
        )
        return int(cursor.rowcount) == 1
