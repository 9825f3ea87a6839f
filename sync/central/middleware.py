"""The outermost layer: whatever fails inside, a problem document goes out and a line without data into the log."""

import logging
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central.problems import problem_response

logger = logging.getLogger(__name__)


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
