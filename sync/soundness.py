"""Look at an encrypted database without touching it, before it is opened for writing.

The last writer that closes a WAL database copies the WAL into the main file without decrypting it. When the WAL
belongs to another database, or is older than the file, that destroys a good file. A read-only connection never
copies, so what it cannot read is still there, byte for byte, for recovery.
"""

from sync.sqlcipher import assert_safe_sqlite, translated_errors  # isort: skip  (must come before sqlite_utils)

from collections.abc import Callable
from pathlib import Path
from urllib.request import pathname2url

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from sync.errors import DatabaseDamaged

_BUSY_TIMEOUT_S = 5.0
_FIRST_PAGE_BYTES = 4096
"""SQLCipher's page. Tables are made later, in the WAL: a file of one page holds nothing yet."""


def refuse_damage(
    path: Path, key: bytes, also: Callable[[Database], None] = lambda _database: None
) -> None:
    """Check key, pages and structure of an existing database; returns when all are sound.

    Args:
        path: the database file; it and its WAL are left as they are.
        key: 32 raw bytes.
        also: looks at the content too, before anything could change it; raises DatabaseDamaged.
    Raises:
        DatabaseDamaged: also for a wrong key, which SQLite cannot tell apart.
        DatabaseBusy, DatabaseError, UnsafeSqlite.
    """
    assert_safe_sqlite()
    if has_content(_journal(path)):
        # A database in WAL mode has no such journal; SQLite would copy another's into the file.
        raise DatabaseDamaged("a foreign journal lies beside the database")
    address = f"file:{pathname2url(str(path.absolute()))}?mode=ro"
    with translated_errors():
        connection = dbapi2.connect(
            address, uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT_S
        )
        try:
            # SQLCipher would write to standard error by itself.
            connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            # A snapshot: while it is held, no other process can copy a WAL into the file that is being read.
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            faults = _faults(connection, is_logged=has_wal(path))
            if not faults:
                also(Database(connection))
        finally:
            connection.close()
        if faults:
            raise DatabaseDamaged(f"{len(faults)} faults")


def is_half_made(path: Path) -> bool:
    """Whether SQLite is writing, or was cut off while it wrote, the first page of a new database.

    It does so once, on the way to WAL mode, and its journal takes that back. Only then is a journal followed, by
    opening for writing, which also waits for a process that makes the database at this very moment. The caller must
    know that nothing was promised yet: SQLite forgets the WAL of a database whose first page is taken back.

    Args:
        path: the database file, which exists.
    """
    return path.stat().st_size <= _FIRST_PAGE_BYTES and has_content(_journal(path))


def has_wal(path: Path) -> bool:
    """Whether a database has a WAL that holds something."""
    return has_content(path.with_name(f"{path.name}-wal"))


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _faults(connection: "dbapi2.Connection", *, is_logged: bool) -> list[str]:
    # Reads every page in use through the WAL, so it authenticates each of them.
    rows = connection.execute("PRAGMA quick_check").fetchall()
    faults = [str(row[0]) for row in rows if row[0] != "ok"]
    if faults or is_logged:
        # This check reads the main file alone: after a power cut during a checkpoint it finds half-written
        # pages there whose whole copies stand in the WAL.
        return faults
    return [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]


def has_content(path: Path) -> bool:
    """Whether a file is there and holds something."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
