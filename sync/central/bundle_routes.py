"""The operations for vans: bundles of other devices up, delivery reports and parcels down."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from sync.central.bodies import typed_body
from sync.central.bundle_examples import (
    MANIFEST_REQUEST,
    PART_REQUEST,
    announce_responses,
    parcel_responses,
    part_responses,
    report_list_responses,
    report_responses,
)
from sync.central.bundle_upload import BundleUpload, Standing
from sync.central.bundles import BundleIntake
from sync.central.delivery_reports import devices_for_van, make_report
from sync.central.devices import Caller
from sync.central.problems import ProblemError
from sync.central.pull_parcels import make_parcel
from sync.courier.manifest import MAXIMUM_MANIFEST_BYTES, MAXIMUM_PARTS
from sync.courier.messages import (
    MANIFEST_MEDIA_TYPE,
    MAXIMUM_DEVICES,
    MAXIMUM_PIECE_BYTES,
    PART_MEDIA_TYPE,
    BundleAnswer,
    ReportList,
)
from sync.pull_parcel import PARCEL_MEDIA_TYPE
from sync.signing import Purpose

if TYPE_CHECKING:
    from sync.central.routes import CentreServices

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_DEVICE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
BundleId = Annotated[str, Path(pattern=_UUID, examples=["5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d"])]
PartNumber = Annotated[int, Path(ge=1, le=MAXIMUM_PARTS, examples=[1])]
Offset = Annotated[int, Query(ge=0, le=2**53 - 1, examples=[262144])]
DeviceId = Annotated[str, Path(pattern=_DEVICE, examples=["dev-0007"])]
AfterDevice = Annotated[
    str, Query(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$", examples=["dev-0007"])
]


def add_bundles(
    router: APIRouter, services: "CentreServices", authenticated: Callable[..., Caller]
) -> None:
    """Add all five."""
    upload = BundleUpload(
        BundleIntake(services.database, services.keys.current, services.now), services.after_commit
    )
    _add_announcement(router, services, upload)
    _add_part(router, services, upload)
    _add_reports(router, services, authenticated)
    _add_parcels(router, services, authenticated)


def _add_announcement(router: APIRouter, services: "CentreServices", upload: BundleUpload) -> None:
    def take(caller: Caller, data: bytes) -> Response:
        bundle, standing = upload.announce(caller.device.id, data)
        return _standing(services, caller, bundle, standing)

    @router.post(
        "/v2/bundles",
        summary="A van announces a bundle by its manifest, and is told what is wanted of it",
        operation_id="announceBundle",
        response_class=Response,
        responses=announce_responses(),
        openapi_extra={"requestBody": MANIFEST_REQUEST},
    )
    async def announce(request: Request) -> Response:
        data = await typed_body(request, MANIFEST_MEDIA_TYPE, MAXIMUM_MANIFEST_BYTES)
        caller = await run_in_threadpool(services.authenticate, request, data)
        return await run_in_threadpool(take, caller, data)


def _add_part(router: APIRouter, services: "CentreServices", upload: BundleUpload) -> None:
    def take(caller: Caller, bundle: str, number: int, offset: int, content: bytes) -> Response:
        standing = upload.take_piece(bundle, number, offset, content)
        return _standing(services, caller, bundle, standing)

    @router.put(
        "/v2/bundles/{bundle}/parts/{number}",
        summary="The next piece of a bundle; what does not go on where it should changes nothing",
        operation_id="putBundlePiece",
        response_class=Response,
        responses=part_responses(),
        openapi_extra={"requestBody": PART_REQUEST},
    )
    async def put(
        request: Request, bundle: BundleId, number: PartNumber, offset: Offset
    ) -> Response:
        content = await typed_body(request, PART_MEDIA_TYPE, MAXIMUM_PIECE_BYTES)
        caller = await run_in_threadpool(services.authenticate, request, content)
        return await run_in_threadpool(take, caller, bundle, number, offset, content)


def _add_reports(
    router: APIRouter, services: "CentreServices", authenticated: Callable[..., Caller]
) -> None:
    asked_by = Depends(authenticated)

    @router.get(
        "/v2/delivery-reports",
        summary="For which devices the van may fetch a report",
        operation_id="listDeliveryReports",
        response_class=Response,
        responses=report_list_responses(),
    )
    def list_reports(after: AfterDevice = "", caller: Caller = asked_by) -> Response:
        with services.database.reading() as connection:
            found = devices_for_van(connection, caller.device, after, MAXIMUM_DEVICES + 1)
        answer = ReportList(
            **services.heading(caller),
            devices=tuple(found[:MAXIMUM_DEVICES]),
            more=len(found) > MAXIMUM_DEVICES,
        )
        return services.sealed(answer, Purpose.REPORT_LIST)

    @router.get(
        "/v2/delivery-reports/{device}",
        summary="What the centre has of a device, signed to be carried",
        operation_id="getDeliveryReport",
        response_class=Response,
        responses=report_responses(),
    )
    def report(device: DeviceId, caller: Caller = asked_by) -> Response:
        # Read before the report looks at anything, as its reader relies on.
        now = services.now()
        with services.database.reading() as connection:
            is_allowed = device in devices_for_van(connection, caller.device, "", None)
        signers = services.keys.current().signers
        made = make_report(services.database, device, signers, now) if is_allowed else None
        if made is None:
            raise ProblemError(404, "unknown-device", "There is no report for this device")
        return Response(made, media_type="application/json", headers={"Cache-Control": "no-store"})


def _add_parcels(
    router: APIRouter, services: "CentreServices", authenticated: Callable[..., Caller]
) -> None:
    asked_by = Depends(authenticated)

    @router.get(
        "/v2/parcels/{device}",
        summary="Roster, catalogue and decisions for a device, sealed to it, to be carried",
        operation_id="getParcel",
        response_class=Response,
        responses=parcel_responses(),
    )
    def parcel(device: DeviceId, caller: Caller = asked_by) -> Response:
        with services.database.reading() as connection:
            is_allowed = device in devices_for_van(connection, caller.device, "", None)
        signer = services.keys.current().signers[0]
        now = services.now()
        made = make_parcel(services.database, device, signer, now) if is_allowed else None
        if made is None:
            raise ProblemError(404, "unknown-device", "There is no parcel for this device")
        return Response(made, media_type=PARCEL_MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _standing(
    services: "CentreServices", caller: Caller, bundle: str, standing: Standing
) -> Response:
    answer = BundleAnswer(
        **services.heading(caller),
        bundle=bundle,
        is_complete=standing.is_complete,
        part=standing.part,
        offset=standing.offset,
        problem=standing.problem,
    )
    return services.sealed(answer, Purpose.BUNDLE_ANSWER)
