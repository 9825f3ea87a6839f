"""The centre's database: an encrypted SQLite file, or PostgreSQL when the centre grows.

SQLite comes from ``sqlcipher3`` here too, because the interpreter's own may be older than the fix of the WAL-reset
corruption. The same statements run on both; where they cannot, a function here knows the difference.
"""

import contextlib
import secrets
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from sync.central import migrate, tables
from sync.central.engines import (
    postgresql_engine,
    postgresql_reader,
    sqlite_engine,
    sqlite_reader,
)
from sync.central.group_commit import GroupCommit
from sync.central.observing import Nobody, Observer
from sync.central.turns import Turns
from sync.errors import DatabaseError
from sync.events import iso_utc
from sync.key_provider import resolve_key
from sync.soundness import has_wal, is_half_made, refuse_damage

DATABASE_FILE = "central.db"
DATABASE_KEY_NAME = "xianglin-central-key"
SCHEMA_VERSION = "2"
"""Of a database whose tables are counted by revisions; the version before these refuses it, and so must."""
_BEFORE_REVISIONS = "1"

WRITTEN = "written_at"
"""When somebody last proved that the database can be written."""
RECEIVED = "received"
ROSTER_VERSION = "roster_version"
_COUNTERS = (RECEIVED, ROSTER_VERSION)


class CannotConnect(DatabaseError):
    """The database server does not answer, or does not let the centre in."""

    code = "SYN-604"
    is_retryable = True


class CentralDatabase:
    """Open for as long as the server or a command runs; safe to use from several threads and processes.

    Args:
        state_dir: keys, and the database when ``url`` is empty; made when it is not there.
        url: of a PostgreSQL database, or empty for the embedded one.
    Raises:
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError, DatabaseUrlRefused.
    """

    def __init__(self, state_dir: Path, key_provider: str = "auto", url: str = "") -> None:
        try:
            state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise DatabaseError(error.strerror or "cannot make the state directory") from error
        if url:
            self._engine = postgresql_engine(url)
            self._reader = postgresql_reader(self._engine)
            self._turns: Turns | None = None
        else:
            self._engine = _embedded(state_dir, key_provider)
            self._reader = sqlite_reader(self._engine)
            self._turns = Turns(state_dir)
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self.observer: Observer = Nobody()
        """Who counts."""
        self.groups: GroupCommit[Any] = GroupCommit(self._observe_group)
        """Batches that come at the same time share a transaction."""
        try:
            self._connect()
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that begins as a writer; committed and on the disk when the body ends well."""
        # The turn first, so that nobody waits for it with a connection in hand.
        turn = self._turns.taken() if self._turns is not None else contextlib.nullcontext()
        with turn, self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for reading; writers are not held up."""
        with self._reader.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """A connection on which each statement is a transaction of its own; for PostgreSQL."""
        with self._autocommit.connect() as connection:
            yield connection

    def prove_writable(self) -> None:
        """Write something, durably.

        Raises:
            DatabaseNewer: the tables are of another revision than this version's.
            SQLAlchemyError: it cannot be written.
        """
        row = tables.meta
        with self.writing() as connection:
            if migrate.revision_of(connection) != migrate.head():
                raise migrate.DatabaseNewer("the tables are of another version than the program")
            moment = {"value": iso_utc(datetime.now(UTC))}
            changed = connection.execute(update(row).where(row.c.name == WRITTEN).values(moment))
            if changed.rowcount == 0:
                connection.execute(insert(row).values(name=WRITTEN, **moment))

    @property
    def connections_in_use(self) -> int:
        """Of this process's pool."""
        pool = self._engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @property
    def epoch(self) -> str:
        """Which of its lives the centre lives; read each time, because staff renew it beside a running server."""
        with self.reading() as connection:
            return epoch_of(connection)

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    def _observe_group(self, jobs: int, seconds: float) -> None:
        self.observer.group(jobs, seconds)

    def _connect(self) -> None:
        if self.kind != "postgresql":
            return
        try:
            self._engine.connect().close()
        except DBAPIError as error:
            # The server's own words name no password, but perhaps a host, which the administrator knows.
            first = str(error.orig).strip().splitlines()[0] if str(error.orig) else "no answer"
            raise CannotConnect(first) from error

    def _prepare(self) -> None:
        with self.reading() as connection:
            if migrate.revision_of(connection) == migrate.head() and (
                _meta(connection, "schema_version") == SCHEMA_VERSION
            ):
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


# Built once: building a statement costs more than running it.
_TAKE_NUMBERS = (
    update(tables.counter)
    .where(tables.counter.c.name == bindparam("of"))
    .values(value=tables.counter.c.value + bindparam("count"))
    .returning(tables.counter.c.value)
)


_META = select(tables.meta.c.value).where(tables.meta.c.name == bindparam("of"))


def epoch_of(connection: Connection) -> str:
    """Which of its lives the centre lives."""
    return _meta(connection, "epoch")


def next_number(connection: Connection, name: str) -> int:
    """Take the next number of a counter; its row stays locked until the transaction ends."""
    return take_numbers(connection, name, 1)[0]


def take_numbers(connection: Connection, name: str, count: int) -> range:
    """Take the next numbers of a counter; its row stays locked until the transaction ends, so take them late."""
    last = int(connection.execute(_TAKE_NUMBERS, {"of": name, "count": count}).scalar_one())
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
    return connection.execute(_META, {"of": name}).scalar() or ""


def _embedded(state_dir: Path, key_provider: str) -> Engine:
    path = state_dir / DATABASE_FILE
    exists = path.exists() and path.stat().st_size > 0
    key = resolve_key(state_dir, DATABASE_KEY_NAME, key_provider, database_exists=exists)
    # Workers and commands start at once, and one of them makes the file; what it promises stands in the WAL.
    if exists and (has_wal(path) or not is_half_made(path)):
        refuse_damage(path, key)
    return sqlite_engine(path, key)
