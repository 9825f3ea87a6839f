"""Service requests, and what was answered in them, in their tables."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from kiosk.domain.identity_policy import Assurance
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.services.store import RequestForm
from kiosk.storage.rows import moment, moment_text
from sync.canonical import canonical_json

_COLUMNS = (
    "request_id, resident_id, service_id, service_version, service_digest, receipt_number, accepted_at, assurance, "
    "is_provisional, state, delivered_at, decided_at, decision_code, decision_text, decision_fields, corrects, "
    "corrected_by"
)

_PLACES = ", ".join("?" * len(_COLUMNS.split(",")))
_INSERT = f"INSERT INTO service_request ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608 (constants only)

_TO_CORRECT = "state = 'needs_correction' AND corrected_by = ''"


def _row(request: ServiceRequest) -> list[Any]:
    return [
        request.request_id,
        request.resident_id,
        request.service_id,
        request.service_version,
        request.service_digest,
        request.receipt_number,
        moment_text(request.accepted_at),
        int(request.assurance),
        int(request.is_provisional),
        request.state.value,
        moment_text(request.delivered_at),
        moment_text(request.decided_at),
        request.decision_code,
        request.decision_text,
        json.dumps(request.decision_fields),
        request.corrects,
        request.corrected_by,
    ]


def _request(row: tuple[Any, ...]) -> ServiceRequest:
    return ServiceRequest(
        request_id=row[0],
        resident_id=row[1],
        service_id=row[2],
        service_version=row[3],
        service_digest=row[4],
        receipt_number=row[5],
        accepted_at=datetime.fromisoformat(row[6]),
        assurance=Assurance(row[7]),
        is_provisional=bool(row[8]),
        state=RequestState(row[9]),
        delivered_at=moment(row[10]),
        decided_at=moment(row[11]),
        decision_code=row[12],
        decision_text=row[13],
        decision_fields=tuple(json.loads(row[14])),
        corrects=row[15],
        corrected_by=row[16],
    )


@dataclass(frozen=True, slots=True)
class SqliteRequests:
    """The requests that this kiosk accepted."""

    database: Database

    def add(self, request: ServiceRequest) -> None:
        """Store a new request."""
        self.database.execute(_INSERT, _row(request))

    def update(self, request: ServiceRequest) -> None:
        """Store a request's new state; what was accepted never changes."""
        self.database.execute(
            "UPDATE service_request SET state = ?, delivered_at = ?, decided_at = ?, decision_code = ?, "
            "decision_text = ?, decision_fields = ?, corrected_by = ? WHERE request_id = ?",
            [
                request.state.value,
                moment_text(request.delivered_at),
                moment_text(request.decided_at),
                request.decision_code,
                request.decision_text,
                json.dumps(request.decision_fields),
                request.corrected_by,
                request.request_id,
            ],
        )

    def get(self, request_id: str) -> ServiceRequest | None:
        """One request by id."""
        found = self._where("request_id = ?", [request_id])
        return found[0] if found else None

    def newest_of(self, resident_id: str, limit: int) -> tuple[ServiceRequest, ...]:
        """A resident's requests, newest first; one that was corrected is left out, its correction stands for it."""
        # The UUIDv7 id breaks ties of a clock that stands still.
        return self._where(
            "resident_id = ? AND corrected_by = '' ORDER BY accepted_at DESC, request_id DESC LIMIT ?",
            [resident_id, limit],
        )

    def newest(self, limit: int) -> tuple[ServiceRequest, ...]:
        """Everybody's requests, newest first."""
        return self._where("1 ORDER BY accepted_at DESC, request_id DESC LIMIT ?", [limit])

    def needing_correction(self, resident_id: str) -> tuple[ServiceRequest, ...]:
        """A resident's requests that wait for a correction, longest waiting first; none for an empty id."""
        if not resident_id:
            # All people whom the roster does not know share it; none shall see another's.
            return ()
        condition = f"resident_id = ? AND {_TO_CORRECT} ORDER BY decided_at, request_id"
        return self._where(condition, [resident_id])

    def all_needing_correction(self) -> tuple[ServiceRequest, ...]:
        """Everybody's requests that wait for a correction, longest waiting first."""
        return self._where(f"{_TO_CORRECT} ORDER BY decided_at, request_id", [])

    def save_form(self, request_id: str, form: RequestForm) -> None:
        """Keep the answers of a request until it is decided."""
        self.database.execute(
            "INSERT OR REPLACE INTO request_form (request_id, definition_digest, answers) VALUES (?, ?, ?)",
            [request_id, form.definition_digest, canonical_json(form.answers).decode("utf-8")],
        )

    def form_of(self, request_id: str) -> RequestForm | None:
        """The answers of a request, or None when they are not kept."""
        row = self.database.execute(
            "SELECT definition_digest, answers FROM request_form WHERE request_id = ?", [request_id]
        ).fetchone()
        return RequestForm(row[0], json.loads(row[1])) if row else None

    def erase_form(self, request_id: str) -> None:
        """Forget the answers of a request."""
        self.database.execute("DELETE FROM request_form WHERE request_id = ?", [request_id])

    def _where(self, condition: str, values: list[Any]) -> tuple[ServiceRequest, ...]:
        rows = self.database.execute(
            f"SELECT {_COLUMNS} FROM service_request WHERE {condition}",  # noqa: S608 (constants only)
            values,
        ).fetchall()
        return tuple(_request(row) for row in rows)
