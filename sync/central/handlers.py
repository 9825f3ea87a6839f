"""What an event does at the centre: one handler for each kind and schema, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, insert

from sync.answers import DecisionState, Problem
from sync.central import tables
from sync.central.corrections import FLAG_PROXY, IN_REVIEW, supersede
from sync.central.database import CHANGE, next_number
from sync.central.decisions import decide, is_decided_at_once
from sync.central.problems import event_problem
from sync.events import iso_utc, parse_utc
from sync.item_body import ItemBody


class Refused(Exception):
    """The event itself cannot be accepted as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.type)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Arrival:
    """One verified event."""

    device: str
    body: ItemBody
    received_at: datetime


Handler = Callable[[Connection, Arrival], None]


class ProxyPayload(BaseModel):
    """Who came for the person whom a request is about."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    resident_id: str = Field(default="", max_length=64)
    citizen_id: str = Field(default="", max_length=64, repr=False)
    """Kept only when ``resident_id`` is empty."""
    reason: str = Field(default="", max_length=200, repr=False)


class ServiceRequestPayload(BaseModel):
    """A resident's request; a newer kiosk may add fields within one schema version."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    request_id: str = Field(min_length=1, max_length=64)
    service_id: str = Field(min_length=1, max_length=64)
    service_version: int = Field(ge=1)
    service_digest: str = Field(max_length=128)
    resident_id: str = Field(max_length=64)
    """Empty for a person whom the roster does not know."""
    citizen_id: str = Field(default="", max_length=64, repr=False)
    """Whom that person says to be; kept only when ``resident_id`` is empty, so that staff can find them."""
    receipt_number: str = Field(min_length=1, max_length=32)
    accepted_at: str = Field(max_length=40)
    assurance: int = Field(ge=0, le=3)
    is_provisional: bool = False
    """The kiosk itself knows of fewer proofs than the service asks for."""
    corrects: str = Field(default="", max_length=64)
    """Event id of the application that this one mends."""
    proxy: ProxyPayload | None = None
    """The evidence is then the proxy's, everything else the resident's."""
    evidence: dict[str, Any]
    form: dict[str, Any]


def apply_service_request(connection: Connection, arrival: Arrival) -> None:
    """Open an application, and decide it at once where no person is needed.

    Raises:
        Refused: the payload is not of this schema.
    """
    try:
        payload = ServiceRequestPayload.model_validate(arrival.body.payload)
        accepted_at = iso_utc(parse_utc(payload.accepted_at))
    except (ValidationError, ValueError) as error:
        raise Refused(event_problem("malformed", "The payload is not of its schema")) from error
    link = supersede(
        connection,
        device=arrival.device,
        subject=arrival.body.subject,
        corrects=payload.corrects,
        by=arrival.body.id,
    )
    connection.execute(
        insert(tables.application).values(
            event_id=arrival.body.id,
            device=arrival.device,
            service_id=payload.service_id,
            resident_id=payload.resident_id,
            subject=arrival.body.subject,
            person_claim="" if payload.resident_id else payload.citizen_id,
            receipt_number=payload.receipt_number,
            accepted_at=accepted_at,
            assurance=payload.assurance,
            state=IN_REVIEW,
            corrects=link.corrects,
            change=next_number(connection, CHANGE),
            **_proxy_columns(payload.proxy),
            flags=" ".join(flag for flag in (FLAG_PROXY * bool(payload.proxy), link.flag) if flag),
        )
    )
    if _needs_nobody(connection, payload):
        decide(connection, arrival.body.id, DecisionState.DECIDED, at=arrival.received_at)


def _needs_nobody(connection: Connection, payload: ServiceRequestPayload) -> bool:
    """Whether it can be decided at once. Where a person found fault before, or another came, a person decides."""
    if payload.is_provisional or payload.proxy is not None or payload.corrects:
        return False
    return is_decided_at_once(
        connection, payload.service_id, payload.resident_id, payload.assurance
    )


def _proxy_columns(proxy: ProxyPayload | None) -> dict[str, str]:
    if proxy is None:
        return {}
    return {
        "proxy_resident_id": proxy.resident_id,
        "proxy_claim": "" if proxy.resident_id else proxy.citizen_id,
        "proxy_reason": proxy.reason,
    }


HANDLERS: Mapping[tuple[str, int], Handler] = {("service_request", 1): apply_service_request}
"""By kind and schema version. An old version stays for as long as a kiosk may still send it."""


def handler_of(body: ItemBody) -> Handler:
    """Find the handler.

    Raises:
        Refused: this centre knows no such kind, or not in this version.
    """
    handler = HANDLERS.get((body.kind, body.schema_version))
    if handler is not None:
        return handler
    if any(kind == body.kind for kind, _ in HANDLERS):
        raise Refused(event_problem("unknown-schema", "This schema version is not known here"))
    raise Refused(event_problem("unknown-kind", "This kind of event is not known here"))
