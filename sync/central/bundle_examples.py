"""Examples of the operations for vans, made by the code that makes the answers."""

from typing import Any

from sync.answers import PROTOCOL_V2
from sync.central.examples import NONCED_EXAMPLE, Responses, problem_responses, signed_response
from sync.courier.manifest import MAXIMUM_MANIFEST_BYTES
from sync.courier.messages import (
    MANIFEST_MEDIA_TYPE,
    MAXIMUM_PIECE_BYTES,
    PART_MEDIA_TYPE,
    BundleAnswer,
    ReportList,
)
from sync.courier.report import DeliveryReport
from sync.pull_parcel import PARCEL_MEDIA_TYPE
from sync.signing import Purpose

_COMMON: dict[str, Any] = {**NONCED_EXAMPLE, "protocol": PROTOCOL_V2}
_BUNDLE = "5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d"

MANIFEST_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        MANIFEST_MEDIA_TYPE: {"schema": {"type": "object", "maxLength": MAXIMUM_MANIFEST_BYTES}}
    },
}
PART_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        PART_MEDIA_TYPE: {
            "schema": {"type": "string", "format": "binary", "maxLength": MAXIMUM_PIECE_BYTES}
        }
    },
}


def announce_responses() -> Responses:
    """Of POST /v2/bundles."""
    answer = BundleAnswer(**_COMMON, bundle=_BUNDLE, is_complete=False, part=1, offset=0)
    return {
        **signed_response(answer, Purpose.BUNDLE_ANSWER, "What is wanted next"),
        **problem_responses(401, 403, 413, 415, 422, 429, 503),
    }


def part_responses() -> Responses:
    """Of PUT /v2/bundles/{bundle}/parts/{number}."""
    answer = BundleAnswer(**_COMMON, bundle=_BUNDLE, is_complete=False, part=1, offset=262144)
    return {
        **signed_response(answer, Purpose.BUNDLE_ANSWER, "What is held is on the centre's disk"),
        **problem_responses(401, 403, 404, 413, 415, 422, 503),
    }


def report_list_responses() -> Responses:
    """Of GET /v2/delivery-reports."""
    answer = ReportList(**_COMMON, devices=("dev-0007",), more=False)
    return {
        **signed_response(answer, Purpose.REPORT_LIST, "The devices"),
        **problem_responses(401, 403, 422, 503),
    }


def report_responses() -> Responses:
    """Of GET /v2/delivery-reports/{device}."""
    answer = DeliveryReport(**_COMMON, floor=0, hwm=0, ranges=())
    return {
        **signed_response(answer, Purpose.DELIVERY_REPORT, "Everything that the centre has of it"),
        **problem_responses(401, 403, 404, 422, 503),
    }


def parcel_responses() -> Responses:
    """Of GET /v2/parcels/{device}."""
    content = {
        PARCEL_MEDIA_TYPE: {
            "schema": {"type": "string", "format": "binary"},
            "example": "XLPP…<pages, each after its length>",
        }
    }
    return {
        200: {"description": "Pages, see PROTOCOL.md", "content": content},
        **problem_responses(401, 403, 404, 422, 503),
    }
