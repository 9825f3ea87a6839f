"""Events as kiosks queue them, made up of the real catalogue, the real forms and the real payload code.

The same seed gives the same events. Nothing of a real person is in them: names are common ones, numbers are chance.
"""

import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib import resources
from json import dumps, loads
from typing import Any

from _sample_answers import Answers

from kiosk.catalogue_sources import load_catalogue
from kiosk.county import load_county
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.form import Form
from kiosk.domain.identity_outcome import Wanted
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.receipt import format_receipt_number
from kiosk.domain.resident import Resident
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord
from kiosk.domain.scope import person_scope
from kiosk.domain.service_request import ServiceRequest
from kiosk.identity.thresholds import DLIB_ENGINE_ID
from kiosk.services.request_payload import Applicant, request_payload
from kiosk.services.submit_request import EVENT_KIND, EVENT_SCHEMA_VERSION
from kiosk.storage.residents import parse_record
from sync.events import AttachmentRef, ClockReading, OutboxEvent

_BEGIN = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
_SPAN_S = 700 * 24 * 3600
_UNLISTED, _PROXY, _CORRECTION = 0.04, 0.06, 0.04
"""Shares of requests."""


@dataclass(frozen=True, slots=True)
class SampleItem:
    """An event and the clocks when it was queued."""

    event: OutboxEvent
    reading: ClockReading


class SampleItems:
    """An endless stream of events from one seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 (samples, no secrets)
        self._catalogue = load_catalogue().services()
        self._county = load_county().facts()

    def __iter__(self) -> Iterator[SampleItem]:
        """Make events for ever."""
        while True:
            yield self._make()

    @cached_property
    def _records(self) -> list[ResidentRecord]:
        text = resources.files("assets").joinpath("sample_roster.json").read_text("utf-8")
        people = loads(text)["residents"]
        return [parse_record(_json(one["record"])) for one in people if one.get("record")]

    def _make(self) -> SampleItem:
        chance = self._chance
        at = _BEGIN + timedelta(milliseconds=chance.randint(0, _SPAN_S * 1000))
        answers = Answers(chance, at.date())
        service = chance.choice(self._catalogue)
        person = self._person(answers, at)
        number = CitizenId.parse(answers.citizen_id(), at.date())
        evidence = self._evidence()
        form = self._form(service, person, number, evidence, answers, at.date())
        other = self._person(answers, at) if chance.random() < _PROXY else None
        request_id = self._uuid7(at)
        reason = "本人行动不便" if other else ""
        wanted = Wanted.of(service)
        applicant = Applicant(person, number, evidence, other, reason, wanted)
        beneficiary = applicant.beneficiary
        request = ServiceRequest(
            request_id=request_id,
            resident_id=beneficiary.resident_id if beneficiary else "",
            service_id=service.id,
            service_version=service.version,
            service_digest=service.digest,
            receipt_number=format_receipt_number(
                chance.choice("ABCD") + f"{chance.randint(0, 99):02d}", chance.randint(1, 9000)
            ),
            accepted_at=at,
            assurance=evidence.assurance,
            is_provisional=other is not None or len(evidence.factors) < service.required_factors,
            corrects=self._uuid7(at) if chance.random() < _CORRECTION else "",
        )
        event = OutboxEvent(
            id=request_id,
            subject=request.resident_id or f"unlisted-{chance.randbytes(12).hex()}",
            kind=EVENT_KIND,
            schema_version=EVENT_SCHEMA_VERSION,
            payload=request_payload(request, applicant, form),
            priority=service.priority,
            attachments=tuple(self._attachments(form)),
        )
        return SampleItem(event, self._reading(at))

    def _form(
        self,
        service: ServiceDefinition,
        person: Resident | None,
        number: CitizenId,
        evidence: Evidence,
        answers: Answers,
        today: date,
    ) -> dict[str, Any]:
        is_known = person is not None and bool(evidence.factors)
        scope = person_scope(
            birth_date=number.birth_date,
            sex=number.sex,
            certified_until=person.certified_until if person is not None and is_known else None,
            record=person.record if person is not None and is_known else NO_RECORD,
            today=today,
            county=self._county,
            is_listed=person is not None,
            region_code="513022104203",
        )
        payload = answers.fill(Form(service, scope)).payload()
        return {"ask": service.answer, "answers": payload["answers"]} if service.answer else payload

    def _person(self, answers: Answers, at: datetime) -> Resident | None:
        chance = self._chance
        if chance.random() < _UNLISTED:
            return None
        record = chance.choice(self._records) if chance.random() < 0.7 else NO_RECORD
        changed = self._individual(record, answers)
        return Resident(
            resident_id=f"r-{chance.randint(1, 400_000):06d}",
            citizen_id=CitizenId.parse(answers.citizen_id(), at.date()),
            name="",
            region_code="513022104203",
            certified_until=at.date() + timedelta(days=chance.randint(-30, 300)),
            as_of=at,
            record=changed,
        )

    def _individual(self, record: ResidentRecord, answers: Answers) -> ResidentRecord:
        """The same record with a telephone and bank of one's own: digits do not repeat in a village."""
        text = record.model_dump(mode="json")
        if text.get("phone"):
            text["phone"] = answers._phone()
        if text.get("bank"):
            text["bank"] = answers._bank_card()
        return parse_record(_json(text))

    def _evidence(self) -> Evidence:
        chance = self._chance
        factors = chance.choice(
            [
                {Factor.CARD, Factor.FACE},
                {Factor.CARD, Factor.PIN},
                {Factor.CARD},
                {Factor.FACE},
                set(),
            ]
        )
        if Factor.FACE not in factors:
            return Evidence(has_claim=True, factors=frozenset(factors))
        return Evidence(
            has_claim=True,
            factors=frozenset(factors),
            face_score=chance.uniform(0.9, 0.99),
            face_engine=DLIB_ENGINE_ID,
            face_threshold=0.93,
        )

    def _attachments(self, form: object) -> Iterator[AttachmentRef]:
        if isinstance(form, dict) and "sha256" in form:
            key = self._chance.randbytes(16)
            yield AttachmentRef(form["sha256"], form["size"], "image/jpeg", key)
        elif isinstance(form, dict | list):
            for part in form.values() if isinstance(form, dict) else form:
                yield from self._attachments(part)

    def _reading(self, at: datetime) -> ClockReading:
        chance = self._chance
        boot = re.sub(r"(.{8})(.{4})(.{4})(.{4})", r"\1-\2-\3-\4-", chance.randbytes(16).hex())
        age_ms = chance.randint(1000, 3 * 24 * 3600 * 1000)
        uptime_ms = chance.randint(60_000, 10 * 24 * 3600 * 1000)
        if chance.random() < 0.1:
            return ClockReading(at, boot, uptime_ms)
        seen = at - timedelta(milliseconds=age_ms)
        # Queued a moment after it was accepted.
        wall = at + timedelta(milliseconds=chance.randint(1, 40))
        return ClockReading(wall, boot, uptime_ms, seen, age_ms if age_ms < uptime_ms else None)

    def _uuid7(self, at: datetime) -> str:
        milliseconds = int(at.timestamp() * 1000)
        drawn = self._chance.getrandbits(74)
        value = (
            (milliseconds << 80)
            | (7 << 76)
            | ((drawn >> 62) << 64)
            | (2 << 62)
            | (drawn & (2**62 - 1))
        )
        return str(uuid.UUID(int=value))


def _json(value: object) -> str:
    return dumps(value, ensure_ascii=False)
