"""Examples for the OpenAPI document. They are made by the code that makes the answers, so they cannot go stale."""

import json
from datetime import UTC, datetime
from typing import Any

from sync.answers import (
    PROTOCOL_V2,
    PROTOCOL_VERSION,
    BatchAnswer,
    Decision,
    DecisionPage,
    DecisionState,
    DeviceState,
    EventResult,
    EventStatus,
    Message,
    ProbeAnswer,
    RosterPage,
    RosterResident,
    seal_answer,
)
from sync.central.problems import event_problem
from sync.framing import BATCH_MEDIA_TYPE, MAXIMUM_BATCH_BYTES
from sync.http_failures import PROBLEM_MEDIA_TYPE, PROBLEM_PREFIX
from sync.signing import DeviceSigner, Purpose
from sync.size_refusal import SizeRefusal

Responses = dict[int | str, dict[str, Any]]

EXAMPLE_SIGNER = DeviceSigner(bytes(range(32)))
"""A published key that signs nothing but these examples."""

EXAMPLE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_EVENT = "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"
_COMMON: dict[str, Any] = {
    "protocol": PROTOCOL_VERSION,
    "device": "dev-0007",
    "epoch": "2f1b7c1a-55a0-4a3e-8a4b-6d0f5e4c3b2a",
    "time": EXAMPLE_AT,
}
_COMMON_V2: dict[str, Any] = {**_COMMON, "protocol": PROTOCOL_V2}
NONCED_EXAMPLE: dict[str, Any] = {**_COMMON, "nonce": "q83vEjRWeJA9x1Qm"}

BATCH_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        BATCH_MEDIA_TYPE: {
            "schema": {"type": "string", "format": "binary", "maxLength": MAXIMUM_BATCH_BYTES},
            "example": "00000249{…header…}\\n{…event…}<64 bytes of signature>",
        }
    },
}


def batch_responses(protocol: int = PROTOCOL_VERSION) -> Responses:
    """Of POST /v1/batches and /v2/batches."""
    answer = BatchAnswer(
        **(_COMMON_V2 if protocol == PROTOCOL_V2 else _COMMON),
        keyring=None if protocol == PROTOCOL_VERSION else 3,
        batch="5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d",
        hwm=12,
        results=(
            EventResult(id=_EVENT, status=EventStatus.APPLIED, server_seq=4711),
            EventResult(
                id="019a0c1e-7d31-7b11-8c3d-0a1b2c3d4e5f",
                status=EventStatus.REJECTED,
                problem=event_problem("unknown-kind", "This kind of event is not known here"),
                server_seq=4712,
            ),
        ),
    )
    found = {
        **signed_response(answer, Purpose.BATCH_ANSWER, "Everything named is committed"),
        **problem_responses(400, 401, 403, 413, 415, 422, 503),
    }
    if protocol == PROTOCOL_V2:
        refusal = SizeRefusal(**_COMMON_V2, batch=answer.batch, hwm=12, limit=MAXIMUM_BATCH_BYTES)
        signed = signed_response(refusal, Purpose.SIZE_REFUSAL, "The batch is too large")
        found[413] = signed[200]
    return found


def decision_responses() -> Responses:
    """Of GET /v1/decisions."""
    decision = Decision(
        event_id=_EVENT,
        state=DecisionState.DECIDED,
        code="certified",
        text="认证通过",
        decided_at=EXAMPLE_AT,
    )
    answer = DecisionPage(**NONCED_EXAMPLE, decisions=(decision,), cursor=31, more=False)
    return {
        **signed_response(answer, Purpose.DECISIONS, "A page"),
        **problem_responses(401, 403, 422, 503),
    }


def roster_responses() -> Responses:
    """Of GET /v1/roster."""
    person = RosterResident(
        resident_id="r-0001",
        citizen_id="513022194803120647",
        name="赵桂兰",
        region_code="513022104203",
        certified_until="2026-12-31",
        record={"phone": "13900000000", "pension": {"status": "receiving", "monthly_fen": 21_500}},
    )
    answer = RosterPage(
        **NONCED_EXAMPLE,
        upserts=(person,),
        tombstones=("r-0044",),
        cursor=57,
        as_of=EXAMPLE_AT,
        more=False,
    )
    return {
        **signed_response(answer, Purpose.ROSTER, "A page"),
        **problem_responses(401, 403, 422, 503),
    }


def state_responses() -> Responses:
    """Of GET /v1/devices/me/state."""
    answer = DeviceState(**NONCED_EXAMPLE, hwm=12, gaps=((7, 8),))
    return {
        **signed_response(answer, Purpose.DEVICE_STATE, "What the centre holds"),
        **problem_responses(401, 403, 503),
    }


def probe_responses() -> Responses:
    """Of GET /v1/probe."""
    answer = ProbeAnswer(protocol=PROTOCOL_VERSION, nonce="q83vEjRWeJA", time=EXAMPLE_AT)
    return {**signed_response(answer, Purpose.PROBE, "The echo"), **problem_responses(422)}


def health_responses() -> Responses:
    """Of GET /healthz."""
    content = {"application/json": {"example": {"status": "ok"}}}
    return {200: {"description": "It answers", "content": content}}


def readiness_responses() -> Responses:
    """Of GET /readyz."""
    content = {"application/json": {"example": {"status": "ready"}}}
    return {200: {"description": "It takes events", "content": content}, **problem_responses(503)}


def signed_response(answer: Message, purpose: Purpose, description: str) -> Responses:
    """A signed answer, for status 200."""
    example = json.loads(seal_answer(answer, purpose, EXAMPLE_SIGNER))
    properties = {name: {"type": "string"} for name in ("key", "signature", "signed")}
    schema = {
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
        "description": "`signed` is the canonical JSON of the answer, letter for letter as it was signed",
    }
    content = {"application/json": {"schema": schema, "example": example}}
    return {200: {"description": description, "content": content}}


_TITLES = {
    400: ("framing", "batch is cut short"),
    401: ("not-authorised", "the device is not enrolled"),
    403: ("device-disabled", "The device was switched off"),
    409: ("no-numbers", "The device has used all its receipt numbers"),
    404: ("unknown-bundle", "There is no such thing for this device"),
    413: ("too-large", "The batch is larger than 1 MiB"),
    415: ("media-type", f"The body must be {BATCH_MEDIA_TYPE}"),
    422: ("invalid-request", "not valid: query.after"),
    429: ("rate-limited", "The device sends more than its share"),
    503: ("database-busy", "The database cannot be used now"),
}


def problem_responses(*statuses: int) -> Responses:
    """The problem documents of these statuses; who must say who it is may also be told to come again later."""
    found: Responses = {}
    later = (429,) if 401 in statuses else ()
    for status in sorted({*statuses, *later}):
        code, title = _TITLES[status]
        example = {"type": PROBLEM_PREFIX + code, "title": title, "status": status}
        schema = {
            "type": "object",
            "required": ["type", "title", "status"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
            },
        }
        content = {PROBLEM_MEDIA_TYPE: {"schema": schema, "example": example}}
        found[status] = {"description": title, "content": content}
    return found
