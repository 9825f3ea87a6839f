"""The feeds that are sealed to the device that asks."""

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Response

from sync.central.database import CentralDatabase
from sync.central.devices import Caller
from sync.central.examples import Responses, problem_responses
from sync.central.feed_pages import make_page
from sync.central.opening_keys import note_opening_key, usable_key
from sync.central.problems import ProblemError
from sync.errors import SealError
from sync.feed_sinks import CATALOGUE, ROSTER
from sync.page_budget import LEAST_BYTES, MOST_BYTES
from sync.sealed_page import PAGE_MEDIA_TYPE, seal_page
from sync.sealing import SealingKey

if TYPE_CHECKING:
    from sync.central.routes import CentreServices

Cursor = Annotated[int, Query(ge=0, le=2**53 - 1, examples=[0])]
PageBytes = Annotated[int, Query(ge=1, le=2**31, examples=[12288])]
DeviceKey = Annotated[
    str,
    Query(
        pattern=r"^[0-9A-Za-z_-]{43}$",
        examples=["L-V9o0fNYkMVKNqsX7spBzD_9oSvxM_C7ZCZX1jLO3Q"],
    ),
]


def add_sealed_feeds(
    router: APIRouter, services: "CentreServices", authenticated: Callable[..., Caller]
) -> None:
    """Add the feeds of version 2."""
    asked_by = Depends(authenticated)

    def page(
        feed: str, caller: Caller, after: int, limit_bytes: int, device_key: SealingKey
    ) -> Response:
        database, device = services.database, caller.device
        epoch = database.epoch
        with database.reading() as connection:
            made = make_page(
                connection,
                feed,
                device,
                after,
                min(max(limit_bytes, LEAST_BYTES), MOST_BYTES),
                epoch=epoch,
                now=services.now(),
                nonce=caller.nonce,
            )
        # By the oldest key that counts: whoever trusts a newer one was told of this one with it.
        signer = services.keys.current().signers[0]
        body = seal_page(made.header, made.packed, signer, device_key)
        return Response(body, media_type=PAGE_MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    @router.get(
        "/v2/roster",
        summary="Changes of the roster of the device's region, sealed to the device",
        operation_id="listSealedRoster",
        response_class=Response,
        responses=_responses(),
    )
    def list_roster(
        key: DeviceKey, after: Cursor = 0, bytes: PageBytes = 12288, caller: Caller = asked_by
    ) -> Response:
        return page(ROSTER, caller, after, bytes, _known(services.database, caller, key))

    @router.get(
        "/v2/catalogue",
        summary="Changes of the published documents, sealed to the device",
        operation_id="listSealedCatalogue",
        response_class=Response,
        responses=_responses(),
    )
    def list_catalogue(
        key: DeviceKey, after: Cursor = 0, bytes: PageBytes = 12288, caller: Caller = asked_by
    ) -> Response:
        return page(CATALOGUE, caller, after, bytes, _known(services.database, caller, key))


def _known(database: CentralDatabase, caller: Caller, text: str) -> SealingKey:
    try:
        key = usable_key(base64.urlsafe_b64decode(text + "="))
    except (SealError, binascii.Error) as error:
        raise ProblemError(422, "invalid-request", "not valid: query.key") from error
    note_opening_key(database, caller.device.id, key)
    return key


def _responses() -> Responses:
    content = {
        PAGE_MEDIA_TYPE: {
            "schema": {"type": "string", "format": "binary"},
            "example": "XP…{…header…}<sealed content><64 bytes of signature>",
        }
    }
    return {
        200: {"description": "A page, see PROTOCOL.md", "content": content},
        **problem_responses(401, 403, 422, 503),
    }
