"""SQLAlchemy engines for both kinds of database, with the limits that keep one slow request from holding up all."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from sync.central.database_url import parse_url
from sync.central.still_there import ask_when_idle
from sync.sqlcipher import connect

POOL_SIZE = 8
"""Connections of one worker process; PostgreSQL must allow (workers x POOL_SIZE) and a few for its staff."""
POOL_WAIT_S = 10.0
"""For a free connection; then the request is answered with 503 and the kiosk comes again."""

STATEMENT_TIMEOUT_MS = 20_000
LOCK_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_MS = 30_000
CONNECT_TIMEOUT_S = 5

_POSTGRESQL_OPTIONS = {
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "lock_timeout": LOCK_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
    # Said here, because an answer is a promise and the server's own setting may be another.
    "synchronous_commit": "on",
    "timezone": "UTC",
}


def sqlite_engine(path: Path, key: bytes) -> Engine:
    """An encrypted file; writers begin as writers, one at a time."""
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: connect(path, key),
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        # The connection that was used last: what it has read of the file is mostly still right.
        pool_use_lifo=True,
        # A statement's parameters are personal data and must not stand in an exception's text.
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes can fail half-way.
        mode = connection.get_execution_options().get("begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def sqlite_reader(engine: Engine) -> Engine:
    """The same, for one snapshot that holds up no writer."""
    return engine.execution_options(begin="DEFERRED")


def postgresql_engine(url: str) -> Engine:
    """A PostgreSQL server.

    Raises:
        DatabaseUrlRefused: it is no such URL.
    """
    options = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL_OPTIONS.items())
    engine = create_engine(
        parse_url(url),
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "xianglin-central",
            "options": options,
        },
    )
    # A connection that died while nobody used it is found here, and not by a kiosk.
    ask_when_idle(engine)
    return engine


def postgresql_reader(engine: Engine) -> Engine:
    """The same, for one snapshot that locks nothing."""
    return engine.execution_options(
        isolation_level="REPEATABLE READ",
        postgresql_readonly=True,
    )
