"""Errors as RFC 9457 problem documents: a stable type, a title for people, never a traceback or personal data."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from sync.answers import Problem
from sync.errors import DatabaseError
from sync.http_failures import PROBLEM_MEDIA_TYPE, PROBLEM_PREFIX

logger = logging.getLogger(__name__)


class ProblemError(Exception):
    """A request that is answered with a problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.headers = dict(headers or {})


def event_problem(code: str, title: str) -> Problem:
    """Why one event is not applied."""
    return Problem(type=PROBLEM_PREFIX + code, title=title)


def problem_response(
    status: int, code: str, title: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A problem document."""
    return JSONResponse(
        {"type": PROBLEM_PREFIX + code, "title": title, "status": status},
        status_code=status,
        headers=dict(headers or {}),
        media_type=PROBLEM_MEDIA_TYPE,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every failure of an app with a problem document."""

    @app.exception_handler(ProblemError)
    def problem(_request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(error.status, error.code, error.title, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Only where, never what: the values could be personal data.
        places = sorted({".".join(map(str, fault.get("loc", ()))) for fault in error.errors()})
        return problem_response(422, "invalid-request", f"not valid: {', '.join(places)[:200]}")

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        return problem_response(error.status_code, "http", title, error.headers)

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(DBAPIError)
    @app.exception_handler(DatabaseError)
    def database(_request: Request, error: Exception) -> JSONResponse:
        logger.error("the database failed: %s", type(error).__name__)
        return problem_response(
            503, "database-busy", "The database cannot be used now", {"Retry-After": "30"}
        )
