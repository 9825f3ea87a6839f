"""Service requests in their table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from kiosk.domain.identity_policy import Assurance
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.storage.rows import moment, moment_text

_REQUEST_COLUMNS = (
    "request_id, resident_id, service_id, service_version, service_digest, receipt_number, accepted_at, assurance, "
    "is_provisional, state, delivered_at, decided_at, decision_code, decision_text"
)


def _request_row(request: ServiceRequest) -> list[Any]:
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
    )


@dataclass(frozen=True, slots=True)
class SqliteRequests:
    """The requests that this kiosk accepted."""

    database: Database

    def add(self, request: ServiceRequest) -> None:
        """Store a new request."""
        places = ", ".join("?" * 14)
        self.database.execute(
            f"INSERT INTO service_request ({_REQUEST_COLUMNS}) VALUES ({places})",  # noqa: S608 (constants only)
            _request_row(request),
        )

    def update(self, request: ServiceRequest) -> None:
        """Store a request's new state; what was accepted never changes."""
        self.database.execute(
            "UPDATE service_request SET state = ?, delivered_at = ?, decided_at = ?, decision_code = ?, "
            "decision_text = ? WHERE request_id = ?",
            [*_request_row(request)[9:], request.request_id],
        )

    def get(self, request_id: str) -> ServiceRequest | None:
        """One request by id."""
        row = self.database.execute(
            f"SELECT {_REQUEST_COLUMNS} FROM service_request WHERE request_id = ?",  # noqa: S608 (constants only)
            [request_id],
        ).fetchone()
        return _request(row) if row else None

    def newest_of(self, resident_id: str, limit: int) -> tuple[ServiceRequest, ...]:
        """A resident's requests, newest first; the UUIDv7 id breaks ties of a clock that stands still."""
        rows = self.database.execute(
            f"SELECT {_REQUEST_COLUMNS} FROM service_request WHERE resident_id = ? "  # noqa: S608 (constants only)
            "ORDER BY accepted_at DESC, request_id DESC LIMIT ?",
            [resident_id, limit],
        ).fetchall()
        return tuple(_request(row) for row in rows)
