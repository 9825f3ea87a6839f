"""A pooled connection that lay idle is asked whether it is still there; one that was used just now is not.

A question before each use costs two ways to the database, several times in each request. A connection that dies between
two uses so close together is found by the statement: the request is answered with 503, and the kiosk comes again.
"""

import time
from collections.abc import Callable

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_S = 1.0
_IDLE_SINCE = "xianglin.idle_since"


def ask_when_idle(engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Look at a connection when it is taken from the pool and was idle for ``IDLE_S``."""

    @event.listens_for(engine, "checkin")
    def note(_connection: object, entry: ConnectionPoolEntry) -> None:
        entry.info[_IDLE_SINCE] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
        since = entry.info.get(_IDLE_SINCE)
        if since is None or monotonic() - since < IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except engine.dialect.loaded_dbapi.Error as error:
            # The server was started anew, most likely: the others are dead too. The pool makes a new one.
            raise InvalidatePoolError from error
