"""Brings a database to the tables of this version, with Alembic's revisions.

There is no ``env.py`` and no configuration file: the revisions run on the connection of whoever starts, in a single
transaction, behind a lock. So several workers may start at once, and a start that is cut changes nothing.
"""

import functools
from pathlib import Path

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text

from sync.errors import DatabaseError

FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x7869_616E_676C_696E
"""Of PostgreSQL's advisory locks; a number that nobody else in the database uses."""


class DatabaseNewer(DatabaseError):
    """A newer version of the centre has changed the database; this one does not know how to write it."""

    code = "SYN-602"


def upgrade(connection: Connection, target: str = "head") -> bool:
    """Bring the tables up to this version, in the caller's transaction.

    Args:
        connection: in a transaction that may write. On SQLite it must hold the writer's lock already; on
            PostgreSQL the lock is taken here and held until the transaction ends.
        target: the revision to stop at; another than the last is for tests.
    Returns:
        whether there was anything to do.
    Raises:
        DatabaseNewer: the database is of a revision that this version does not know.
    """
    if connection.dialect.name == "postgresql":
        # A large table takes its time, and so may the worker that came first.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    scripts = _scripts()
    found = revision_of(connection)
    if found == head():
        return False
    try:
        scripts.get_revisions(found or ())
    except CommandError as error:
        raise DatabaseNewer("a newer version of the centre has changed the database") from error
    with EnvironmentContext(
        Config(), scripts, fn=lambda start, _context: scripts._upgrade_revs(target, start)
    ) as environment:
        # SQLite's statements for tables are transactional too, as its connections here begin by themselves.
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
    return True


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is of; None for one without any."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision that this version knows."""
    return _scripts().get_current_head() or ""


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """What a revision would still have to do to make a database as the tables are declared."""
    return list(compare_metadata(_comparing(connection), metadata))


def operations(connection: Connection, metadata: MetaData) -> str:
    """The same as the body of a revision, for its author."""
    found = produce_migrations(_comparing(connection), metadata).upgrade_ops
    return render_python_code(found) if found is not None else ""


def _comparing(connection: Connection) -> MigrationContext:
    partitions: set[str] = set()
    if connection.dialect.name == "postgresql":
        found = connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits"))
        partitions = {str(row[0]) for row in found}

    def is_declared(item: object, name: str | None, kind: str, *_others: object) -> bool:
        return not (kind == "table" and name in partitions)

    return MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": _is_other_default,
            "include_object": is_declared,
        },
    )


def _is_other_default(
    _context: MigrationContext,
    _found_column: object,
    _column: object,
    found: str | None,
    _default: object,
    wanted: str | None,
) -> bool:
    """Compare two defaults as SQL; Alembic's own comparison stumbles over the empty text."""

    def bare(default: str | None) -> str | None:
        # SQLite gives a text back as (''), PostgreSQL as ''::character varying.
        return default if default is None else default.partition("::")[0].strip("()'")

    return bare(found) != bare(wanted)


@functools.cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))
