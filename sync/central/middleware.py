"""The outermost layer: whatever fails inside, a problem document goes out and a line without data into the log."""

import logging
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central.problems import problem_response

logger = logging.getLogger(__name__)

MAXIMUM_DELIVERIES = 64
"""Requests with a body that one worker takes at the same time: each is up to 1 MiB in memory, and the database writes
one group after the other anyway."""
_WITH_BODY = ("POST", "PUT")


class LastResort:
    """Answers 500 when the app raises before it answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and catch."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def noting_send(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except Exception as error:
            # Where and which kind; the exception's text may hold personal data.
            place = traceback.extract_tb(error.__traceback__)[-1]
            logger.error(  # noqa: TRY400
                "request failed: %s at %s:%s", type(error).__name__, place.name, place.lineno
            )
            if has_started:
                raise
            response = problem_response(500, "internal", "The centre failed on this request")
            await response(scope, receive, send)


class Crowd:
    """Asks kiosks to come again when too many deliver at once, before anything of their bodies is read."""

    def __init__(self, app: ASGIApp, limit: int = MAXIMUM_DELIVERIES) -> None:
        self._app = app
        self._limit = limit
        self.inside = 0
        """Deliveries under way; only the event loop's thread counts."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self._app(scope, receive, send)
            return
        if self.inside >= self._limit:
            headers = {"Retry-After": "2", "Connection": "close"}
            response = problem_response(503, "crowded", "Too many deliver at once", headers)
            await response(scope, receive, send)
            return
        self.inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.inside -= 1
