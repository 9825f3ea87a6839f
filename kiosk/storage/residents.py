"""The roster snapshot in its table."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlite_utils import Database

from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.resident import Resident
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord
from kiosk.storage.rows import moment

_log = logging.getLogger(__name__)


def parse_record(text: str) -> ResidentRecord:
    """Read a stored record.

    Strict: a number where a date belongs would silently become some day of 1970.

    Raises:
        ValidationError: not of the schema; its text holds personal data and must not be logged.
    """
    return ResidentRecord.model_validate_json(text, strict=True) if text else NO_RECORD


def _stored_record(resident_id: str, text: str) -> ResidentRecord:
    try:
        return parse_record(text)
    except ValidationError:
        # Checked when it came in: the row is damaged, or this version reads records otherwise.
        _log.warning("roster record unusable resident=%s", resident_id)
        return NO_RECORD


@dataclass(frozen=True, slots=True)
class SqliteResidents:
    """The roster snapshot."""

    database: Database

    def find(self, citizen_id: CitizenId) -> Resident | None:
        """The resident of that number, or None."""
        return self._one("citizen_id", citizen_id.value)

    def get(self, resident_id: str) -> Resident | None:
        """The resident of that id of the centre's, or None."""
        return self._one("resident_id", resident_id)

    def _one(self, column: str, value: str) -> Resident | None:
        query = (
            "SELECT resident_id, name, region_code, certified_until, as_of, record, citizen_id "  # noqa: S608
            f"FROM resident WHERE {column} = ?"
        )
        row = self.database.execute(query, [value]).fetchone()
        if row is None:
            return None
        until = date.fromisoformat(row[3]) if row[3] else None
        return Resident(
            resident_id=row[0],
            citizen_id=CitizenId(row[6]),
            name=row[1],
            region_code=row[2],
            certified_until=until,
            as_of=datetime.fromisoformat(row[4]),
            record=_stored_record(row[0], row[5]),
        )

    def count(self) -> int:
        """How many residents the snapshot holds."""
        return int(self.database.execute("SELECT count(*) FROM resident").fetchone()[0])

    def as_of(self) -> datetime | None:
        """When the centre made the newest delta."""
        row = self.database.execute("SELECT as_of FROM roster_state").fetchone()
        return moment(row[0]) if row else None

    def put(self, resident_id: str, fields: Mapping[str, Any], as_of: str) -> None:
        """Store one roster row; a number that moved to another id moves here too.

        Args:
            fields: the columns; ``record`` is the text of a record that passed ``parse_record``, or empty.
            as_of: when the centre said so.

        A face template was enrolled against a number. Where a row's number changes, or its number moves away, the
        face is no longer known to be that person's and goes.
        """
        number = fields["citizen_id"]
        self.database.execute(
            "DELETE FROM face_template WHERE resident_id IN (SELECT resident_id FROM resident "
            "WHERE (citizen_id = ?) <> (resident_id = ?))",
            [number, resident_id],
        )
        self.database.execute(
            "DELETE FROM resident WHERE citizen_id = ? AND resident_id <> ?", [number, resident_id]
        )
        self.database.execute(
            "INSERT INTO resident (resident_id, citizen_id, name, region_code, certified_until, as_of, record) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (resident_id) DO UPDATE SET "
            "citizen_id = excluded.citizen_id, name = excluded.name, region_code = excluded.region_code, "
            "certified_until = excluded.certified_until, as_of = excluded.as_of, record = excluded.record",
            [
                resident_id,
                number,
                fields["name"],
                fields["region_code"],
                fields.get("certified_until"),
                as_of,
                fields.get("record") or "",
            ],
        )

    def remove(self, resident_id: str) -> None:
        """Take a resident out who is no longer the village's; templates go with the row."""
        self.database.execute("DELETE FROM resident WHERE resident_id = ?", [resident_id])
        for table in ("face_template", "face_template_plain", "voice_template"):
            self.database.execute(f"DELETE FROM {table} WHERE resident_id = ?", [resident_id])  # noqa: S608

    def set_as_of(self, as_of: str) -> None:
        """Remember how old the snapshot is."""
        self.database.execute(
            "INSERT INTO roster_state VALUES (1, ?) ON CONFLICT (only_row) DO UPDATE SET as_of = excluded.as_of",
            [as_of],
        )
