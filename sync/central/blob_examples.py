"""Examples of the operations for files, made by the code that makes the answers."""

from typing import Any

from sync.answers import PROTOCOL_V2
from sync.blob_messages import (
    BLOB_DAMAGED,
    MAXIMUM_PIECE_BYTES,
    PIECE_MEDIA_TYPE,
    BlobAnswer,
    BlobsAnswer,
    BlobStanding,
    BlobState,
)
from sync.central.examples import NONCED_EXAMPLE, Responses, problem_responses, signed_response
from sync.central.problems import event_problem
from sync.signing import Purpose

_NAME = "5a" * 32
_COMMON: dict[str, Any] = {**NONCED_EXAMPLE, "protocol": PROTOCOL_V2}

QUESTION_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"example": {"names": [_NAME]}}},
}
PIECE_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        PIECE_MEDIA_TYPE: {
            "schema": {"type": "string", "format": "binary", "maxLength": MAXIMUM_PIECE_BYTES}
        }
    },
}


def lacking_responses() -> Responses:
    """Of POST /v2/blobs/lacking."""
    answer = BlobsAnswer(
        **_COMMON, blobs=(BlobStanding(name=_NAME, state=BlobState.WANTED, held=65552),)
    )
    return {
        **signed_response(answer, Purpose.BLOBS, "How far each file is"),
        **problem_responses(401, 403, 413, 422, 503),
    }


def piece_responses() -> Responses:
    """Of PUT /v2/blobs/{name}."""
    answer = BlobAnswer(
        **_COMMON,
        blob=BlobStanding(name=_NAME, state=BlobState.WANTED),
        problem=event_problem(BLOB_DAMAGED, "The file does not open to what was declared"),
    )
    return {
        **signed_response(answer, Purpose.BLOB, "What is held is on the centre's disk"),
        **problem_responses(401, 403, 413, 415, 422, 429, 503),
    }
