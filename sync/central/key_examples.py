"""Examples of the operations for keys, for the OpenAPI document."""

import json
from typing import Any

from sync.answers import PROTOCOL_V2
from sync.central.examples import (
    EXAMPLE_AT,
    EXAMPLE_SIGNER,
    NONCED_EXAMPLE,
    Responses,
    problem_responses,
    signed_response,
)
from sync.key_announcement import DeviceKeyAnswer, announce
from sync.keyring import Keyring, ListedKey, sign_keyring
from sync.sealing import HYBRID, PUBLIC_BYTES, X25519
from sync.signing import DeviceSigner, Purpose

_NEXT = DeviceSigner(bytes(range(1, 33)))

ANNOUNCEMENT_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["signatures", "statement"]},
            "example": json.loads(announce("dev-0007", 4712, EXAMPLE_SIGNER, _NEXT)),
        }
    },
}


def keyring_responses() -> Responses:
    """Of GET /v2/keys."""
    hybrid = ListedKey(b"\x00" * PUBLIC_BYTES[HYBRID])
    keyring = Keyring(
        serial=3,
        issued_at=EXAMPLE_AT,
        signing=(ListedKey(EXAMPLE_SIGNER.public_key),),
        past=(),
        sealing={X25519: (ListedKey(bytes(range(32))),), HYBRID: (hybrid,)},
        dictionaries=(20260001,),
    )
    example = json.loads(sign_keyring(keyring, [EXAMPLE_SIGNER]))
    schema = {
        "type": "object",
        "required": ["signatures", "signed"],
        "properties": {"signed": {"type": "string"}, "signatures": {"type": "array"}},
    }
    content = {"application/json": {"schema": schema, "example": example}}
    return {200: {"description": "The keys", "content": content}, **problem_responses(503)}


def announcement_responses() -> Responses:
    """Of POST /v2/devices/me/keys."""
    answer = DeviceKeyAnswer(
        **{**NONCED_EXAMPLE, "protocol": PROTOCOL_V2},
        public=_NEXT.public_key.hex(),
        first_seq=4712,
    )
    return {
        **signed_response(answer, Purpose.DEVICE_KEY_ANSWER, "The new key counts from now on"),
        **problem_responses(400, 401, 403, 413, 503),
    }
