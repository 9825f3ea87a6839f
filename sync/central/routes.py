"""The centre's operations. Bodies are bounded while they are read; answers are signed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection

from sync.answers import (
    PROTOCOL_V2,
    PROTOCOL_VERSION,
    PROTOCOLS,
    BatchAnswer,
    DecisionPage,
    DeviceState,
    ProbeAnswer,
    RosterPage,
    SignedAnswer,
    seal_answer,
)
from sync.central import roster
from sync.central.blob_routes import add_blobs
from sync.central.bodies import typed_body
from sync.central.bundle_routes import add_bundles
from sync.central.corrected_time import Reception
from sync.central.database import ROSTER_VERSION, CentralDatabase, current_number
from sync.central.decisions import decisions_after
from sync.central.devices import Authenticator, Caller, find_device
from sync.central.event_times import short_boot
from sync.central.examples import (
    BATCH_REQUEST,
    batch_responses,
    decision_responses,
    probe_responses,
    roster_responses,
    state_responses,
)
from sync.central.feed_routes import add_sealed_feeds
from sync.central.health import add_health
from sync.central.in_flight import RETRY_AFTER_S, place_of
from sync.central.inbox import Received, gaps_of, receive_batch
from sync.central.key_routes import add_keys
from sync.central.keys import CentreKeys, CentreKeyStore, KeysChanged
from sync.central.opening import ItemReader
from sync.central.problems import ProblemError
from sync.central.supply_routes import add_supplies
from sync.envelope import decode_item
from sync.errors import RejectedItem
from sync.framing import BATCH_MEDIA_TYPE, MAXIMUM_BATCH_BYTES, decode_batch
from sync.signing import Purpose
from sync.size_refusal import SizeRefusal

PAGE_SIZE = 200
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

BatchId = Annotated[str, Query(pattern=_UUID, examples=["5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d"])]
BootId = Annotated[str, Query(pattern=r"^[0-9A-Za-z-]{0,64}$", examples=["b3c1f0de"])]
Milliseconds = Annotated[int, Query(ge=-1, le=2**53 - 1, examples=[83211])]
Cursor = Annotated[int, Query(ge=0, le=2**53 - 1, examples=[0])]
Nonce = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{8,64}$", examples=["q83vEjRWeJA"])]


@dataclass(frozen=True, slots=True)
class DeviceMoment:
    """The device's monotonic clock when it asked; with it the centre dates the events of the same boot exactly."""

    boot_id: str = ""
    monotonic_ms: int | None = None


NO_CLOCK = DeviceMoment()


@dataclass(frozen=True, slots=True)
class CentreServices:
    """What the operations work with."""

    database: CentralDatabase
    authenticator: Authenticator
    now: Callable[[], datetime]
    after_commit: Callable[[], None]
    keys: CentreKeyStore

    def authenticate(self, request: Request, body: bytes | None) -> Caller:
        """Which device asks.

        Args:
            body: None for a request that is refused before its body is read.
        Raises:
            ProblemError: no valid proof, or too much of this device.
        """
        caller = self.authenticator.authenticate(
            request.headers.get("Authorization"), request.method, _signed_path(request), body
        )
        if not place_of(request.scope).take(caller.device.id):
            raise ProblemError(
                429,
                "too-many-at-once",
                "The device has other requests under way",
                {"Retry-After": str(RETRY_AFTER_S)},
            )
        return caller

    def heading(self, caller: Caller) -> dict[str, Any]:
        """What every answer of version 2 to a caller begins with."""
        return {
            "protocol": PROTOCOL_V2,
            "device": caller.device.id,
            "epoch": self.database.epoch,
            "time": self.now(),
            "nonce": caller.nonce,
        }

    def sealed(
        self,
        answer: SignedAnswer | ProbeAnswer,
        purpose: Purpose,
        keys: CentreKeys | None = None,
    ) -> Response:
        """A signed answer.

        One of version 1 is signed by the oldest key that counts, as a device of that version knows no other; one of
        version 2 by all that count, and the device picks the one that it knows.
        """
        first, *others = (keys or self.keys.current()).signers
        also = others if answer.protocol == PROTOCOL_V2 else ()
        return _signed_response(seal_answer(answer, purpose, first, also))

    def deliver(
        self, request: Request, batch: str, body: bytes, protocol: int, clock: DeviceMoment
    ) -> Response:
        """Find out who asks, and take the batch in."""
        caller = self.authenticate(request, body)
        return self.take_batch(caller, batch, body, protocol, clock)

    def take_batch(
        self, caller: Caller, batch: str, body: bytes, protocol: int, clock: DeviceMoment = NO_CLOCK
    ) -> Response:
        """Receive, commit, then answer; in this order."""
        try:
            items = decode_batch(body)
        except RejectedItem as error:
            raise ProblemError(400, "framing", str(error)) from error
        reception = Reception(self.now(), short_boot(clock.boot_id), clock.monotonic_ms)
        if protocol != PROTOCOL_V2:
            received = receive_batch(self.database, caller.device, items, reception.at)
            return self._receipt(caller, batch, received, reception, None)
        try:
            return self._take_sealed(caller, batch, items, reception)
        except KeysChanged:
            # Before anything was opened. They are read without a connection in hand, as that takes one.
            self.keys.current()
            return self._take_sealed(caller, batch, items, reception)

    def _take_sealed(
        self, caller: Caller, batch: str, items: Sequence[bytes], reception: Reception
    ) -> Response:
        used: list[CentreKeys] = []

        def reader(connection: Connection) -> ItemReader:
            keys = self.keys.known(connection)
            used.append(keys)
            return ItemReader(decode_item, keys.openers, keys.is_over, PROTOCOL_V2)

        received = receive_batch(
            self.database, caller.device, items, reception.at, reader, reception
        )
        return self._receipt(caller, batch, received, reception, used[0])

    def _receipt(
        self,
        caller: Caller,
        batch: str,
        received: Received,
        reception: Reception,
        keys: CentreKeys | None,
    ) -> Response:
        self.after_commit()
        answer = BatchAnswer(
            protocol=PROTOCOL_VERSION if keys is None else PROTOCOL_V2,
            batch=batch,
            device=caller.device.id,
            epoch=received.epoch,
            hwm=received.hwm,
            time=reception.at,
            results=received.results,
            keyring=keys.serial if keys is not None else None,
        )
        return self.sealed(answer, Purpose.BATCH_ANSWER, keys)

    def refuse_size(self, request: Request, batch: str) -> Response:
        """Say, signed, that a batch is larger than this centre takes; to the device that sends it and nobody else."""
        caller = self.authenticate(request, None)
        refusal = SizeRefusal(
            **self.heading(caller), batch=batch, hwm=caller.device.hwm, limit=MAXIMUM_BATCH_BYTES
        )
        answer = self.sealed(refusal, Purpose.SIZE_REFUSAL)
        answer.status_code = 413
        return answer


def _signed_response(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def centre_router(services: CentreServices) -> APIRouter:
    """All operations of both versions."""
    router = APIRouter()

    def authenticated(request: Request) -> Caller:
        return services.authenticate(request, b"")

    _add_batches(router, services)
    add_keys(router, services)
    _add_feeds(router, services, authenticated)
    add_sealed_feeds(router, services, authenticated)
    add_supplies(router, services, authenticated)
    add_blobs(router, services)
    add_bundles(router, services, authenticated)
    _add_checks(router, services)
    add_health(router, services)
    return router


def _add_batches(router: APIRouter, services: CentreServices) -> None:
    async def take(
        request: Request, batch: str, protocol: int, clock: DeviceMoment = NO_CLOCK
    ) -> Response:
        try:
            body = await typed_body(request, BATCH_MEDIA_TYPE, MAXIMUM_BATCH_BYTES)
        except ProblemError as error:
            if error.status != 413 or protocol != PROTOCOL_V2:
                raise
            return await run_in_threadpool(services.refuse_size, request, batch)
        return await run_in_threadpool(services.deliver, request, batch, body, protocol, clock)

    @router.post(
        "/v1/batches",
        summary="Deliver events, version 1: signed items only",
        operation_id="deliverBatch",
        response_class=Response,
        responses=batch_responses(),
        openapi_extra={"requestBody": BATCH_REQUEST},
    )
    async def deliver(request: Request, batch: BatchId) -> Response:
        return await take(request, batch, PROTOCOL_VERSION)

    @router.post(
        "/v2/batches",
        summary="Deliver events: sealed items, and signed ones that still wait",
        operation_id="deliverSealedBatch",
        response_class=Response,
        responses=batch_responses(PROTOCOL_V2),
        openapi_extra={"requestBody": BATCH_REQUEST},
    )
    async def deliver_2(
        request: Request, batch: BatchId, boot: BootId = "", ms: Milliseconds = -1
    ) -> Response:
        return await take(request, batch, PROTOCOL_V2, DeviceMoment(boot, ms if ms >= 0 else None))


def _add_feeds(
    router: APIRouter, services: CentreServices, authenticated: Callable[[Request], Caller]
) -> None:
    asked_by = Depends(authenticated)

    @router.get(
        "/v1/decisions",
        summary="Decisions on the device's events since a cursor",
        operation_id="listDecisions",
        response_class=Response,
        responses=decision_responses(),
    )
    def list_decisions(after: Cursor = 0, caller: Caller = asked_by) -> Response:
        with services.database.reading() as connection:
            # Anew, in the same snapshot as its decisions.
            device = find_device(connection, caller.device.id) or caller.device
            found = decisions_after(connection, device.id, after, PAGE_SIZE + 1)
            # A kiosk that is ahead read a life of this centre that a restore undid; this tells it so.
            reached = min(after, device.change)
        page = found[:PAGE_SIZE]
        answer = DecisionPage(
            protocol=PROTOCOL_VERSION,
            device=caller.device.id,
            epoch=services.database.epoch,
            time=services.now(),
            nonce=caller.nonce,
            decisions=tuple(decision for _, decision in page),
            cursor=page[-1][0] if page else reached,
            more=len(found) > PAGE_SIZE,
        )
        return services.sealed(answer, Purpose.DECISIONS)

    @router.get(
        "/v1/roster",
        summary="Changes of the roster of the device's region since a cursor",
        operation_id="listRoster",
        response_class=Response,
        responses=roster_responses(),
    )
    def list_roster(after: Cursor = 0, caller: Caller = asked_by) -> Response:
        with services.database.reading() as connection:
            upserts, tombstones, cursor, more = roster.changes_after(
                connection, caller.device.region_code, after, PAGE_SIZE
            )
            cursor = min(cursor, current_number(connection, ROSTER_VERSION))
        now = services.now()
        answer = RosterPage(
            protocol=PROTOCOL_VERSION,
            device=caller.device.id,
            epoch=services.database.epoch,
            time=now,
            nonce=caller.nonce,
            upserts=tuple(upserts),
            tombstones=tuple(tombstones),
            cursor=cursor,
            as_of=now,
            more=more,
        )
        return services.sealed(answer, Purpose.ROSTER)

    @router.get(
        "/v1/devices/me/state",
        summary="What the centre holds of the device",
        operation_id="getDeviceState",
        response_class=Response,
        responses=state_responses(),
    )
    def device_state(caller: Caller = asked_by) -> Response:
        with services.database.reading() as connection:
            device = find_device(connection, caller.device.id) or caller.device
            gaps = gaps_of(connection, device.id)
        answer = DeviceState(
            protocol=PROTOCOL_VERSION,
            device=device.id,
            epoch=services.database.epoch,
            time=services.now(),
            nonce=caller.nonce,
            hwm=device.hwm,
            gaps=gaps,
        )
        return services.sealed(answer, Purpose.DEVICE_STATE)


def _add_checks(router: APIRouter, services: CentreServices) -> None:
    @router.get(
        "/v1/probe",
        summary="Signed echo: is this the centre, and what time is it",
        operation_id="probe",
        response_class=Response,
        responses=probe_responses(),
    )
    def probe(nonce: Nonce) -> Response:
        answer = ProbeAnswer(
            protocol=PROTOCOL_VERSION, nonce=nonce, time=services.now(), protocols=PROTOCOLS
        )
        return services.sealed(answer, Purpose.PROBE)


def _signed_path(request: Request) -> str:
    """Path and query as they stand in the request line, which is what the device signed."""
    raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope.get("query_string", b"")
    return (raw_path + (b"?" + query if query else b"")).decode("latin-1")
