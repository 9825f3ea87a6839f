"""The operations that let a device go on by itself: receipt numbers and its certificate."""

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Response

from sync.answers import PROTOCOL_VERSION
from sync.central.devices import Caller
from sync.central.receipt_blocks import block_after
from sync.central.supply_examples import certificate_responses, receipt_block_responses
from sync.device_certificate import issue_certificate
from sync.signing import Purpose
from sync.supply import MAXIMUM_RECEIPT_NUMBER, CertificateAnswer, ReceiptBlockAnswer

if TYPE_CHECKING:
    from sync.central.routes import CentreServices

LastNumber = Annotated[int, Query(ge=0, le=MAXIMUM_RECEIPT_NUMBER, examples=[2000])]


def add_supplies(
    router: APIRouter, services: "CentreServices", authenticated: Callable[..., Caller]
) -> None:
    """Add both operations."""
    asked_by = Depends(authenticated)

    @router.post(
        "/v1/receipt-blocks",
        summary="The device's receipt numbers behind its last one; asking again gives the same block",
        operation_id="allotReceiptBlock",
        response_class=Response,
        responses=receipt_block_responses(),
    )
    def allot(after: LastNumber, caller: Caller = asked_by) -> Response:
        now = services.now()
        with services.database.writing() as connection:
            first, last = block_after(connection, caller.device.id, after, now)
        services.after_commit()
        answer = ReceiptBlockAnswer(
            protocol=PROTOCOL_VERSION,
            device=caller.device.id,
            epoch=services.database.epoch,
            time=now,
            nonce=caller.nonce,
            after=after,
            first=first,
            last=last,
        )
        return services.sealed(answer, Purpose.RECEIPT_BLOCK)

    @router.get(
        "/v1/devices/me/certificate",
        summary="The centre's word for the device's key, for receipts that are checked offline",
        operation_id="getDeviceCertificate",
        response_class=Response,
        responses=certificate_responses(),
    )
    def certificate(caller: Caller = asked_by) -> Response:
        now, device = services.now(), caller.device
        issued = issue_certificate(
            services.keys.current().signers[0],
            device.id,
            device.receipt_prefix,
            device.public_key,
            now,
        )
        answer = CertificateAnswer(
            protocol=PROTOCOL_VERSION,
            device=device.id,
            epoch=services.database.epoch,
            time=now,
            nonce=caller.nonce,
            certificate=base64.b64encode(issued).decode("ascii"),
        )
        return services.sealed(answer, Purpose.CERTIFICATE)
