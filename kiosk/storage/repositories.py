"""Rows to values and back: roster, templates, requests, consent."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.consent import FaceCheckConsent
from kiosk.domain.identity_policy import Assurance
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate

_MAXIMUM_VECTORS = 16
_MAXIMUM_VECTOR_BYTES = 16 * 1024


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None


@dataclass(frozen=True, slots=True)
class SqliteResidents:
    """The roster snapshot."""

    database: Database

    def find(self, citizen_id: CitizenId) -> Resident | None:
        """The resident of that number, or None."""
        row = self.database.execute(
            "SELECT resident_id, name, region_code, certified_until, as_of FROM resident WHERE citizen_id = ?",
            [citizen_id.value],
        ).fetchone()
        if row is None:
            return None
        until = date.fromisoformat(row[3]) if row[3] else None
        return Resident(row[0], citizen_id, row[1], row[2], until, datetime.fromisoformat(row[4]))

    def count(self) -> int:
        """How many residents the snapshot holds."""
        return int(self.database.execute("SELECT count(*) FROM resident").fetchone()[0])

    def as_of(self) -> datetime | None:
        """When the centre made the newest delta."""
        row = self.database.execute("SELECT as_of FROM roster_state").fetchone()
        return _moment(row[0]) if row else None

    def put(self, resident_id: str, fields: Mapping[str, Any], as_of: str) -> None:
        """Store one roster row; a number that moved to another id moves here too.

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
            "INSERT INTO resident VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (resident_id) DO UPDATE SET "
            "citizen_id = excluded.citizen_id, name = excluded.name, region_code = excluded.region_code, "
            "certified_until = excluded.certified_until, as_of = excluded.as_of",
            [
                resident_id,
                number,
                fields["name"],
                fields["region_code"],
                fields.get("certified_until"),
                as_of,
            ],
        )

    def remove(self, resident_id: str) -> None:
        """Take a resident out who is no longer the village's; the face template goes with the row."""
        self.database.execute("DELETE FROM resident WHERE resident_id = ?", [resident_id])
        self.database.execute("DELETE FROM face_template WHERE resident_id = ?", [resident_id])

    def set_as_of(self, as_of: str) -> None:
        """Remember how old the snapshot is."""
        self.database.execute(
            "INSERT INTO roster_state VALUES (1, ?) ON CONFLICT (only_row) DO UPDATE SET as_of = excluded.as_of",
            [as_of],
        )


def _pack_vectors(vectors: tuple[bytes, ...]) -> bytes:
    return b"".join(struct.pack("<I", len(vector)) + vector for vector in vectors)


def _unpack_vectors(blob: bytes) -> tuple[bytes, ...]:
    vectors: list[bytes] = []
    place = 0
    while place < len(blob):
        header = blob[place : place + 4]
        if len(header) < 4 or len(vectors) >= _MAXIMUM_VECTORS:
            raise TemplateUnusable("face template row is damaged")
        (size,) = struct.unpack("<I", header)
        vector = blob[place + 4 : place + 4 + size]
        if not 0 < size <= _MAXIMUM_VECTOR_BYTES or len(vector) != size:
            raise TemplateUnusable("face template row is damaged")
        vectors.append(vector)
        place += 4 + size
    if not vectors:
        raise TemplateUnusable("face template row is empty")
    return tuple(vectors)


@dataclass(frozen=True, slots=True)
class SqliteFaceTemplates:
    """Enrolled references."""

    database: Database

    def find(self, resident_id: str) -> FaceTemplate | None:
        """The template of a resident, or None.

        Raises:
            TemplateUnusable: the row is damaged.
        """
        row = self.database.execute(
            "SELECT engine_id, vectors FROM face_template WHERE resident_id = ?", [resident_id]
        ).fetchone()
        return FaceTemplate(row[0], _unpack_vectors(row[1])) if row else None

    def put(self, resident_id: str, template: FaceTemplate, at: datetime) -> None:
        """Store or replace a template."""
        self.database.execute(
            "INSERT OR REPLACE INTO face_template VALUES (?, ?, ?, ?)",
            [resident_id, template.engine_id, _pack_vectors(template.vectors), _text(at)],
        )

    def erase(self, resident_id: str) -> None:
        """Delete a template."""
        self.database.execute("DELETE FROM face_template WHERE resident_id = ?", [resident_id])


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
        _text(request.accepted_at),
        int(request.assurance),
        int(request.is_provisional),
        request.state.value,
        _text(request.delivered_at),
        _text(request.decided_at),
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
        delivered_at=_moment(row[10]),
        decided_at=_moment(row[11]),
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


def add_consent(database: Database, consent: FaceCheckConsent) -> None:
    """Store one answer to the consent page."""
    database.execute(
        "INSERT INTO consent (resident_id, kind, is_granted, notice_version, answered_at) VALUES (?, 'face', ?, ?, ?)",
        [
            consent.resident_id,
            int(consent.is_granted),
            consent.notice_version,
            _text(consent.answered_at),
        ],
    )


def to_json(details: Mapping[str, Any]) -> str:
    """Canonical JSON for rows that are hashed."""
    return json.dumps(dict(details), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
