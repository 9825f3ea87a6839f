"""Whether the process lives, and whether it can take events: for supervisors and for whoever spreads the requests."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from sync.central.examples import health_responses, readiness_responses
from sync.central.problems import ProblemError
from sync.errors import DatabaseError

if TYPE_CHECKING:
    from sync.central.routes import CentreServices

_FRESH_S = 2.0
"""A check writes; those who ask more often get the last answer."""


class Readiness:
    """Checks by writing: a database that is full, read only or of a newer version takes no event either."""

    def __init__(
        self, check: Callable[[], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._check = check
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._checked_at = -_FRESH_S
        self._fault = ""

    def fault(self) -> str:
        """Why no event can be taken, in one word; empty when all is well."""
        with self._lock:
            if self._monotonic() - self._checked_at >= _FRESH_S:
                self._fault = self._look()
                self._checked_at = self._monotonic()
            return self._fault

    def _look(self) -> str:
        try:
            self._check()
        except DatabaseError as error:
            return error.code
        except SQLAlchemyError as error:
            return type(error).__name__
        return ""


def add_health(router: APIRouter, services: "CentreServices") -> None:
    """Add both operations."""
    readiness = Readiness(services.database.prove_writable)

    @router.get(
        "/healthz",
        summary="Whether the process answers; looks at nothing else, so that a slow database restarts nobody",
        operation_id="health",
        response_class=Response,
        responses=health_responses(),
    )
    def health() -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    @router.get(
        "/readyz",
        summary="Whether events can be taken: the database can be written and is of this version",
        operation_id="ready",
        response_class=Response,
        responses=readiness_responses(),
    )
    def ready() -> Response:
        fault = readiness.fault()
        if fault:
            raise ProblemError(
                503, "not-ready", f"No event can be taken now: {fault}", {"Retry-After": "5"}
            )
        return Response(b'{"status":"ready"}', media_type="application/json")
