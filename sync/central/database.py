"""The centre's database: SQLAlchemy on an encrypted SQLite file.

SQLite comes from ``sqlcipher3`` here too, because the interpreter's own may be older than the fix of the WAL-reset
corruption. PostgreSQL takes the place of ``_sqlite_engine`` when the centre grows; nothing else knows the difference.
"""

import contextlib
import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text, update
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from sync.central import migrate, tables
from sync.central.group_commit import GroupCommit
from sync.errors import DatabaseError
from sync.key_provider import resolve_key
from sync.soundness import refuse_damage
from sync.sqlcipher import connect

DATABASE_FILE = "central.db"
DATABASE_KEY_NAME = "xianglin-central-key"
SCHEMA_VERSION = "2"
"""Of a database whose tables are counted by revisions; the version before these refuses it, and so must."""
_BEFORE_REVISIONS = "1"

RECEIVED = "received"
ROSTER_VERSION = "roster_version"
_COUNTERS = (RECEIVED, ROSTER_VERSION)


class CentralDatabase:
    """Open for as long as the server or a command runs; safe to use from several threads and processes.

    Raises:
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError.
    """

    def __init__(self, state_dir: Path, key_provider: str = "auto") -> None:
        try:
            state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise DatabaseError(error.strerror or "cannot make the state directory") from error
        path = state_dir / DATABASE_FILE
        exists = path.exists() and path.stat().st_size > 0
        key = resolve_key(state_dir, DATABASE_KEY_NAME, key_provider, database_exists=exists)
        if exists:
            refuse_damage(path, key)
        self._engine = _sqlite_engine(path, key)
        self.groups: GroupCommit[Any] = GroupCommit()
        """Batches that come at the same time share a transaction."""
        try:
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that begins as a writer; committed and on the disk when the body ends well."""
        with self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for reading; writers are not held up."""
        reader = self._engine.execution_options(begin="DEFERRED")
        with reader.connect() as connection:
            yield connection

    @property
    def epoch(self) -> str:
        """Which of its lives the centre lives; read each time, because staff renew it beside a running server."""
        with self.reading() as connection:
            return _meta(connection, "epoch")

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self.reading() as connection:
            if migrate.revision_of(connection) == migrate.head():
                return
        with self.writing() as connection:
            migrate.upgrade(connection)
            version = _meta(connection, "schema_version")
            if not version:
                _fill(connection)
            elif version == _BEFORE_REVISIONS:
                row = tables.meta
                connection.execute(
                    update(row).where(row.c.name == "schema_version").values(value=SCHEMA_VERSION)
                )
            elif version != SCHEMA_VERSION:
                raise DatabaseError("the database was written by another version of the centre")

    def renew_epoch(self) -> str:
        """Tell all kiosks to compare what they sent with what is here: after a restore from a backup."""
        epoch = str(uuid.uuid4())
        with self.writing() as connection:
            connection.execute(
                update(tables.meta).where(tables.meta.c.name == "epoch").values(value=epoch)
            )
        return epoch


def next_number(connection: Connection, name: str) -> int:
    """Take the next number of a counter; its row stays locked until the transaction ends."""
    return take_numbers(connection, name, 1)[0]


def take_numbers(connection: Connection, name: str, count: int) -> range:
    """Take the next numbers of a counter; its row stays locked until the transaction ends, so take them late."""
    row = tables.counter
    taken = update(row).where(row.c.name == name).values(value=row.c.value + count)
    last = int(connection.execute(taken.returning(row.c.value)).scalar_one())
    return range(last - count + 1, last + 1)


def received_numbers(connection: Connection, count: int) -> list[int]:
    """The centre's own numbers for events, each given once; on PostgreSQL without a lock, so some may be missing."""
    if connection.dialect.name == "postgresql":
        drawn = text("SELECT nextval('event_number') FROM generate_series(1, :count)")
        return [int(row[0]) for row in connection.execute(drawn, {"count": count})]
    return list(take_numbers(connection, RECEIVED, count))


def current_number(connection: Connection, name: str) -> int:
    """The last number taken."""
    row = tables.counter
    return int(connection.execute(select(row.c.value).where(row.c.name == name)).scalar_one())


def _fill(connection: Connection) -> None:
    """What a new centre begins with."""
    connection.execute(
        insert(tables.meta),
        [
            {"name": "schema_version", "value": SCHEMA_VERSION},
            {"name": "epoch", "value": str(uuid.uuid4())},
            {"name": "signing_seed", "value": secrets.token_hex(32)},
        ],
    )
    connection.execute(insert(tables.counter), [{"name": name, "value": 0} for name in _COUNTERS])


def _meta(connection: Connection, name: str) -> str:
    row = tables.meta
    return connection.execute(select(row.c.value).where(row.c.name == name)).scalar() or ""


def _sqlite_engine(path: Path, key: bytes) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: connect(path, key),
        poolclass=QueuePool,
        pool_size=4,
        # A statement's parameters are personal data and must not stand in an exception's text.
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes can fail half-way; so writers begin as writers.
        mode = connection.get_execution_options().get("begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
