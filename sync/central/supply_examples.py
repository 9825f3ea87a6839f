"""Examples of the supplies for the OpenAPI document, made by the code that makes the answers."""

import base64

from sync.central.examples import (
    EXAMPLE_AT,
    NONCED_EXAMPLE,
    Responses,
    problem_responses,
    signed_response,
)
from sync.device_certificate import issue_certificate
from sync.signing import DeviceSigner, Purpose
from sync.supply import CertificateAnswer, ReceiptBlockAnswer


def receipt_block_responses() -> Responses:
    """Of POST /v1/receipt-blocks."""
    answer = ReceiptBlockAnswer(**NONCED_EXAMPLE, after=2000, first=2001, last=4000)
    return {
        **signed_response(answer, Purpose.RECEIPT_BLOCK, "The block is committed"),
        **problem_responses(401, 403, 409, 422, 503),
    }


def certificate_responses() -> Responses:
    """Of GET /v1/devices/me/certificate."""
    # Published keys that sign nothing but these examples.
    centre, device = DeviceSigner(bytes(range(32))), DeviceSigner(bytes(range(1, 33)))
    issued = issue_certificate(centre, "dev-0007", "A07", device.public_key, EXAMPLE_AT)
    answer = CertificateAnswer(
        **NONCED_EXAMPLE, certificate=base64.b64encode(issued).decode("ascii")
    )
    return {
        **signed_response(answer, Purpose.CERTIFICATE, "The certificate"),
        **problem_responses(401, 403, 503),
    }
