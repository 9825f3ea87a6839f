"""Open an encrypted SQLite database safely: SQLCipher, WAL, full durability, one writer.

Importing this module installs ``sqlcipher3`` under the name ``pysqlite3``. sqlite-utils looks for that name and
then catches SQLCipher's own exception classes; without it, ``insert(alter=True)`` and every duplicate-key
branch of sqlite-utils would miss errors that SQLCipher raises. So import this module before sqlite_utils.
"""

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import sqlcipher3
from sqlcipher3 import dbapi2

sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)

from sqlite_utils import Database  # noqa: E402  (the alias above must come first)

from sync.errors import (  # noqa: E402
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    UnsafeSqlite,
)
from sync.safe_file import make_folder  # noqa: E402

MINIMUM_SQLITE = (3, 51, 3)
"""First SQLite without the WAL-reset corruption bug, which exists from 3.7.0 to 3.51.2 (sqlite.org, 2026-03-13)."""

KEY_BYTES = 32
"""SQLCipher takes a raw 256-bit key; a raw key skips 0.1-0.2 s of PBKDF2 at each open."""

BUSY_TIMEOUT_MS = 5000

_CACHED_STATEMENTS = 1024
"""More than all the texts that one process ever uses, those of a first start with them. The driver's 128 fill up, and
then each new text pushes out the one before it: every statement of an accepted request was compiled anew."""


def assert_safe_sqlite(version: tuple[int, ...] = tuple(dbapi2.sqlite_version_info)) -> None:
    """Refuse to run on a SQLite that can corrupt a WAL database.

    Raises:
        UnsafeSqlite: the linked SQLite is older than ``MINIMUM_SQLITE``.
    """
    if version < MINIMUM_SQLITE:
        raise UnsafeSqlite(found=".".join(map(str, version)))


@contextlib.contextmanager
def translated_errors() -> Iterator[None]:
    """Turn SQLite's exceptions into the typed tree: full disk, damage and a busy file are not bugs.

    Raises:
        DatabaseFull, DatabaseDamaged, DatabaseBusy, DatabaseError: by SQLite result code.
    Source: https://www.sqlite.org/rescode.html
    """
    try:
        yield
    except dbapi2.Error as error:
        # The primary result code is the low byte of the extended one.
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        text = str(error).lower()
        if primary == 13 or "is full" in text:
            raise DatabaseFull from error
        if primary in (11, 26) or "malformed" in text or "not a database" in text:
            raise DatabaseDamaged from error
        if primary in (5, 6) or "is locked" in text:
            raise DatabaseBusy from error
        if (
            primary in (10, 14)
            or "disk i/o" in text
            or "unable to open" in text
            or "readonly" in text
        ):
            raise DatabaseError(str(error)) from error
        raise


def connect(path: Path, key: bytes) -> dbapi2.Connection:
    """Open one connection with the pragmas that every writer of this project relies on.

    Args:
        path: the database file; made with mode 0600 when it does not exist.
        key: 32 raw bytes.
    Raises:
        UnsafeSqlite, DatabaseDamaged (also: wrong key, SQLite cannot tell them apart), DatabaseError.
    """
    assert_safe_sqlite()
    if len(key) != KEY_BYTES:
        raise DatabaseError("database key is not 32 bytes")
    try:
        make_folder(path.parent)
        path.touch(mode=0o600)
    except OSError as error:
        raise DatabaseError(error.strerror or "cannot open the database file") from error
    with translated_errors():
        connection = dbapi2.connect(
            str(path),
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_MS / 1000,
            cached_statements=_CACHED_STATEMENTS,
        )
        try:
            # SQLCipher would write to standard error by itself; its errors are raised and logged here.
            connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            # NORMAL loses acknowledged rows at a power cut; a receipt is a promise, so FULL.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            # No mmap: it was part of both production reports of the WAL-reset corruption.
            connection.execute("PRAGMA mmap_size = 0")
        except BaseException:
            connection.close()
            raise
    return connection


class EncryptedDatabase:
    """One encrypted file, one writer connection, transactions that begin as writers.

    Safe to use from several threads: a lock is held for the length of a transaction or a read.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self.folder = path.parent
        self._lock = threading.RLock()
        self._connection = connect(path, key)
        self._database = Database(self._connection)
        self._depth = 0

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Database]:
        """Run the body in one BEGIN IMMEDIATE transaction; commit (fsynced) on success, else roll back.

        Nested use joins the outer transaction. BEGIN IMMEDIATE, because a deferred transaction that reads
        and then writes can fail half-way with SQLITE_BUSY_SNAPSHOT.

        Raises:
            DatabaseFull, DatabaseBusy, DatabaseDamaged, DatabaseError.
        """
        with self._lock, translated_errors():
            if self._depth:
                yield self._database
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._database
                self.before_commit(self._database)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1
            self.after_commit()

    def before_commit(self, database: Database) -> None:
        """Called with everything written and nothing committed; what it raises rolls all of it back."""

    def after_commit(self) -> None:
        """Called when the transaction is on the disk; must not raise."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Database]:
        """Give the database for reads outside a transaction.

        Raises:
            DatabaseBusy, DatabaseDamaged, DatabaseError.
        """
        with self._lock, translated_errors():
            yield self._database

    def check_integrity(self) -> list[str]:
        """List what is wrong with the file: page authentication first, then structure; empty when sound."""
        with self.reading() as database:
            faults = [str(row[0]) for row in database.execute("PRAGMA cipher_integrity_check")]
            if faults:
                # A structure check would only stop at the first of these pages.
                return faults
            try:
                rows = database.execute("PRAGMA quick_check").fetchall()
            except dbapi2.DatabaseError as error:
                return [str(error)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Close the connection; the WAL is checkpointed by SQLite when this was the last one."""
        with self._lock:
            self._connection.close()
