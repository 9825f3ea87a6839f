"""The operations for files: which are lacking, and the next piece of one."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from sync.blob_messages import (
    MAXIMUM_PIECE_BYTES,
    MAXIMUM_QUESTION_BYTES,
    NAME_PATTERN,
    PIECE_MEDIA_TYPE,
    BlobAnswer,
    BlobQuestion,
    BlobsAnswer,
)
from sync.central.blob_examples import (
    PIECE_REQUEST,
    QUESTION_REQUEST,
    lacking_responses,
    piece_responses,
)
from sync.central.blobs import standings, take_piece
from sync.central.bodies import bounded_body, typed_body
from sync.central.devices import Caller
from sync.central.problems import ProblemError
from sync.signing import Purpose

if TYPE_CHECKING:
    from sync.central.routes import CentreServices

BlobName = Annotated[str, Path(pattern=NAME_PATTERN, examples=["5a" * 32])]
Offset = Annotated[int, Query(ge=0, le=2**53 - 1, examples=[65552])]


def add_blobs(router: APIRouter, services: "CentreServices") -> None:
    """Add both operations."""
    _add_question(router, services)
    _add_piece(router, services)


def _add_question(router: APIRouter, services: "CentreServices") -> None:
    def answer(caller: Caller, names: list[str]) -> Response:
        with services.database.reading() as connection:
            found = standings(connection, caller.device.id, names)
        return services.sealed(BlobsAnswer(**services.heading(caller), blobs=found), Purpose.BLOBS)

    @router.post(
        "/v2/blobs/lacking",
        summary="How much the centre holds of some files",
        operation_id="askBlobs",
        response_class=Response,
        responses=lacking_responses(),
        openapi_extra={"requestBody": QUESTION_REQUEST},
    )
    async def ask(request: Request) -> Response:
        body = await bounded_body(request, MAXIMUM_QUESTION_BYTES)
        caller = await run_in_threadpool(services.authenticate, request, body)
        try:
            question = BlobQuestion.model_validate_json(body)
        except ValidationError as error:
            raise ProblemError(422, "invalid-request", "not valid: names") from error
        return await run_in_threadpool(answer, caller, question.names)


def _add_piece(router: APIRouter, services: "CentreServices") -> None:
    def take(caller: Caller, name: str, offset: int, content: bytes) -> Response:
        with services.database.writing() as connection:
            taken = take_piece(connection, caller.device.id, name, offset, content, services.now())
        services.after_commit()
        answer = BlobAnswer(**services.heading(caller), blob=taken.standing, problem=taken.problem)
        return services.sealed(answer, Purpose.BLOB)

    @router.put(
        "/v2/blobs/{name}",
        summary="The next piece of a file; what was taken before changes nothing",
        operation_id="putBlobPiece",
        response_class=Response,
        responses=piece_responses(),
        openapi_extra={"requestBody": PIECE_REQUEST},
    )
    async def put(request: Request, name: BlobName, offset: Offset) -> Response:
        content = await typed_body(request, PIECE_MEDIA_TYPE, MAXIMUM_PIECE_BYTES)
        caller = await run_in_threadpool(services.authenticate, request, content)
        return await run_in_threadpool(take, caller, name, offset, content)
