"""A resident's request becomes an application, decided at once where no person is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from sync.central import tables
from sync.central.bulk import BulkInsert, BulkSelect
from sync.central.corrections import FLAG_PROXY, IN_REVIEW, Link, supersede
from sync.central.decisions import LIFE_CERTIFICATION, certified_values, needs_no_person
from sync.central.effects import Arrival, Intake, Refused
from sync.central.person_check import PersonCheck, read_person_check
from sync.central.problems import event_problem
from sync.events import normal_utc
from sync.item_body import ItemBody

_INSERT = BulkInsert(tables.application)
_RESIDENT_ID = tables.resident.c.resident_id
_KNOWN = BulkSelect([_RESIDENT_ID], _RESIDENT_ID)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL keeps no NUL in a text")
    return text


_Text = Annotated[str, AfterValidator(_without_nul)]


class ProxyPayload(BaseModel):
    """Who came for the person whom a request is about."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    resident_id: _Text = Field(default="", max_length=64)
    citizen_id: _Text = Field(default="", max_length=64, repr=False)
    """Kept only when ``resident_id`` is empty."""
    reason: _Text = Field(default="", max_length=200, repr=False)


class ServiceRequestPayload(BaseModel):
    """A resident's request; a newer kiosk may add fields within one schema version."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    request_id: str = Field(min_length=1, max_length=64)
    service_id: _Text = Field(min_length=1, max_length=64)
    service_version: int = Field(ge=1)
    service_digest: str = Field(max_length=128)
    resident_id: _Text = Field(max_length=64)
    """Empty for a person whom the roster does not know."""
    citizen_id: _Text = Field(default="", max_length=64, repr=False)
    """Whom that person says to be; kept only when ``resident_id`` is empty, so that staff can find them."""
    receipt_number: _Text = Field(min_length=1, max_length=32)
    accepted_at: str = Field(max_length=40)
    assurance: int = Field(ge=0, le=3)
    is_provisional: bool = False
    """The kiosk itself knows of fewer proofs than the service asks for."""
    corrects: _Text = Field(default="", max_length=64)
    """Event id of the application that this one mends."""
    proxy: ProxyPayload | None = None
    """The evidence is then the proxy's, everything else the resident's."""
    evidence: dict[str, Any]
    form: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A payload that was checked."""

    payload: ServiceRequestPayload
    accepted_at: str
    """As the centre writes times."""
    check: PersonCheck


_NO_PROXY = ProxyPayload()


def read_service_request(body: ItemBody) -> ServiceRequest:
    """Check a request's payload.

    Raises:
        Refused: it is not of this schema.
    """
    try:
        payload = ServiceRequestPayload.model_validate(body.payload)
        accepted_at = normal_utc(payload.accepted_at)
    except (ValidationError, ValueError) as error:
        raise Refused(event_problem("malformed", "The payload is not of its schema")) from error
    return ServiceRequest(payload, accepted_at, read_person_check(payload.evidence))


def open_applications(intake: Intake, arrivals: Sequence[Arrival]) -> None:
    """Open an application for each request, and decide those that need nobody."""
    known = _residents(intake, [one.content.payload for one in arrivals])
    rows: list[dict[str, Any]] = []
    for arrival in arrivals:
        payload: ServiceRequestPayload = arrival.content.payload
        link = Link()
        if payload.corrects:
            if any(row["event_id"] == payload.corrects for row in rows):
                # What it mends is among those that wait.
                _INSERT(intake.connection, rows)
                rows = []
            link = supersede(
                intake, subject=arrival.body.subject, corrects=payload.corrects, by=arrival.body.id
            )
        rows.append(_row(intake, arrival, link, is_known=payload.resident_id in known))
    _INSERT(intake.connection, rows)


def _row(intake: Intake, arrival: Arrival, link: Link, *, is_known: bool) -> dict[str, Any]:
    request: ServiceRequest = arrival.content
    payload = request.payload
    proxy = payload.proxy or _NO_PROXY
    time = intake.times[arrival.body.id]
    check = request.check
    flags = (FLAG_PROXY if payload.proxy else "", *check.flags, link.flag)
    row = {
        "region_code": intake.region_code,
        "event_id": arrival.body.id,
        "device": intake.device,
        "service_id": payload.service_id,
        "resident_id": payload.resident_id,
        "subject": arrival.body.subject,
        "person_claim": "" if payload.resident_id else payload.citizen_id,
        "receipt_number": payload.receipt_number,
        "accepted_at": request.accepted_at,
        "corrected_at": intake.stamps[arrival.body.id],
        "clock_quality": time.quality.value,
        "assurance": payload.assurance,
        "state": IN_REVIEW,
        "decision_code": "",
        "decision_text": "",
        "decision_fields": "",
        "decided_at": None,
        "corrects": link.corrects,
        "corrected_by": "",
        "flags": " ".join(flag for flag in flags if flag),
        "proxy_resident_id": proxy.resident_id,
        "proxy_claim": "" if proxy.resident_id else proxy.citizen_id,
        "proxy_reason": proxy.reason,
        "identity_outcome": check.outcome,
        "attested_by": check.attested_by,
        "refused_by": check.refused_by,
        "change": intake.next_change(),
    }
    if is_known and not check.needs_person and _needs_nobody(payload):
        values, until = certified_values(time.at, intake.now)
        row.update(values)
        intake.certify(payload.resident_id, until)
    return row


def _needs_nobody(payload: ServiceRequestPayload) -> bool:
    """Whether it can be decided at once. Where a person found fault before, or another came, a person decides."""
    if payload.is_provisional or payload.proxy is not None or payload.corrects:
        return False
    return needs_no_person(payload.service_id, payload.assurance)


def _residents(intake: Intake, payloads: Sequence[ServiceRequestPayload]) -> set[str]:
    """Which of the residents that are to be certified stand on the roster."""
    asked = {one.resident_id for one in payloads if one.service_id == LIFE_CERTIFICATION}
    if not asked:
        return set()
    return {str(line[0]) for line in _KNOWN(intake.connection, asked)}
