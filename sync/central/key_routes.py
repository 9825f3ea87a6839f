"""The operations for keys: the centre's own, and a device's next one."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from sync.answers import PROTOCOL_V2
from sync.central.bodies import bounded_body
from sync.central.devices import Caller
from sync.central.key_examples import (
    ANNOUNCEMENT_REQUEST,
    announcement_responses,
    keyring_responses,
)
from sync.central.key_takeover import take_over
from sync.central.problems import ProblemError
from sync.errors import RejectedItem
from sync.key_announcement import (
    ANNOUNCEMENT_PATH,
    MAXIMUM_ANNOUNCEMENT_BYTES,
    DeviceKeyAnswer,
    read_announcement,
)
from sync.signing import Purpose

if TYPE_CHECKING:
    from sync.central.routes import CentreServices


def add_keys(router: APIRouter, services: "CentreServices") -> None:
    """Add both operations."""

    @router.get(
        "/v2/keys",
        summary="The centre's keys: a document that signs itself",
        operation_id="getKeyring",
        response_class=Response,
        responses=keyring_responses(),
    )
    def keys() -> Response:
        document = services.keys.current().document
        return Response(document, media_type="application/json")

    def take(caller: Caller, body: bytes) -> Response:
        try:
            statement = read_announcement(body, caller.device.id, caller.key)
        except RejectedItem as error:
            raise ProblemError(400, error.reason, str(error)) from error
        now = services.now()
        with services.database.writing() as connection:
            take_over(connection, caller.device.id, statement, caller.key, now)
        services.after_commit()
        answer = DeviceKeyAnswer(
            protocol=PROTOCOL_V2,
            device=caller.device.id,
            epoch=services.database.epoch,
            time=now,
            keyring=services.keys.current().serial,
            nonce=caller.nonce,
            public=statement.public,
            first_seq=statement.first_seq,
        )
        return services.sealed(answer, Purpose.DEVICE_KEY_ANSWER)

    @router.post(
        ANNOUNCEMENT_PATH,
        summary="The device's next key, signed by the present one and by itself",
        operation_id="announceDeviceKey",
        response_class=Response,
        responses=announcement_responses(),
        openapi_extra={"requestBody": ANNOUNCEMENT_REQUEST},
    )
    async def announce(request: Request) -> Response:
        body = await bounded_body(request, MAXIMUM_ANNOUNCEMENT_BYTES)
        caller = await run_in_threadpool(services.authenticate, request, body)
        return await run_in_threadpool(take, caller, body)
