"""The kiosk's encrypted database: looked at, opened, migrated, and its faults said in the kiosk's own terms."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from kiosk.errors import (
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageKeyExposed,
    StorageKeyMissing,
    StorageKeyWrong,
    StorageNewer,
)
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from sync.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    KeyExposed,
    KeyUnavailable,
    WrongKey,
)
from sync.key_provider import resolve_key
from sync.migrations import SYNC_MIGRATIONS
from sync.migrations import apply_migrations as apply_sync_migrations
from sync.safe_file import make_folder, replace_file
from sync.soundness import refuse_damage
from sync.sqlcipher import EncryptedDatabase

DATABASE_FILE = "kiosk.db"
DATABASE_KEY_NAME = "xianglin-database-key"

MADE_FILE = f"{DATABASE_FILE}.made"
"""Stands beside a database that was made once. Without it a deleted or emptied file would look like a first start,
and a fresh database would give receipt numbers a second time."""

RESERVE_BYTES = 64 * 1024 * 1024
"""Intake stops below this much free disk: at SQLITE_FULL even UPDATE and checkpoint fail (measured), so a
promise made on the last pages could not be kept. Four times the largest WAL plus room for the log."""

_FIRST_PAGE_BYTES = 4096
"""SQLCipher's page. Tables are made later, in the WAL: a file of one page holds nothing yet."""

WORKING_BYTES = 1024 * 1024
"""With less, SQLite cannot even make its shared memory file (32 KiB) and WAL, and calls that an input/output error."""


_TRANSLATED: tuple[tuple[type[DatabaseError], type[StorageError]], ...] = (
    (DatabaseFull, StorageFull),
    (DatabaseBusy, StorageBusy),
    (WrongKey, StorageKeyWrong),
    (KeyExposed, StorageKeyExposed),
    (KeyUnavailable, StorageKeyMissing),
    (DatabaseDamaged, StorageDamaged),
    (DatabaseError, StorageError),
)
"""The first that fits counts."""


@contextlib.contextmanager
def kiosk_errors(state_dir: Path | None = None) -> Iterator[None]:
    """Translate the database layer's errors at the adapter's edge.

    Args:
        state_dir: of a database that is being opened; its disk is asked when an error does not say itself that
            the disk is full.
    Raises:
        StorageFull, StorageBusy, StorageDamaged, StorageKeyWrong, StorageKeyMissing, StorageKeyExposed,
        StorageError.
    """
    try:
        yield
    except DatabaseError as error:
        kind = next(ours for theirs, ours in _TRANSLATED if isinstance(error, theirs))
        if kind is StorageError or isinstance(error.__cause__, OSError):
            _refuse_full_disk(state_dir, error)
        raise kind(str(error) or type(error).__name__) from error
    except OSError as error:
        if state_dir is None:
            raise  # of the transaction's body, not of the database
        _refuse_full_disk(state_dir, error)
        raise StorageError(f"the state directory: {error.strerror}") from error


def _refuse_full_disk(state_dir: Path | None, error: Exception) -> None:
    if state_dir is not None and free_bytes(state_dir) < WORKING_BYTES:
        raise StorageFull("the disk is full") from error


def has_database(state_dir: Path) -> bool:
    """Whether a database is here, or was once.

    Raises:
        StorageError: the folder cannot be looked into.
    """
    with kiosk_errors(state_dir):
        return (state_dir / DATABASE_FILE).exists() or (state_dir / MADE_FILE).exists()


def open_kiosk_database(state_dir: Path, key_provider: str = "auto") -> EncryptedDatabase:
    """Open the database of a state directory, making both on the first start.

    Args:
        state_dir: made with mode 0700.
        key_provider: ``auto``, ``systemd``, ``keyring`` or ``file``.
    Raises:
        StorageKeyWrong: the key belongs to another database; StorageKeyMissing, StorageKeyExposed are of this kind.
        StorageDamaged: the file fails its checks, is empty or gone; what there is stays untouched.
        StorageNewer: a newer version of the kiosk wrote it.
        StorageError: anything else, such as a read-only disk.
    """
    path = state_dir / DATABASE_FILE
    with kiosk_errors(state_dir):
        exists, was_made = _look(state_dir)
        if was_made and not exists:
            raise StorageDamaged("the database file is gone or empty")
        key = resolve_key(
            state_dir, DATABASE_KEY_NAME, provider=key_provider, database_exists=exists
        )
        if exists and not _is_half_made(path, was_made=was_made):
            refuse_damage(path, key)
        database = EncryptedDatabase(path, key)
        try:
            _migrate(database)
            if not was_made:
                replace_file(state_dir / MADE_FILE, b"")
        except BaseException:
            database.close()
            raise
    return database


def _look(state_dir: Path) -> tuple[bool, bool]:
    """Whether there is a database with content, and whether one was ever made."""
    path = state_dir / DATABASE_FILE
    make_folder(state_dir)
    exists = path.exists() and path.stat().st_size > 0
    return exists, (state_dir / MADE_FILE).exists()


def _is_half_made(path: Path, *, was_made: bool) -> bool:
    """Whether the very first start was cut off while SQLite wrote the first page; its journal takes that back.

    Only then is a journal followed: a made database is in WAL mode and never has one of its own.
    """
    if was_made or path.stat().st_size > _FIRST_PAGE_BYTES:
        return False
    journal = path.with_name(f"{path.name}-journal")
    return journal.exists() and journal.stat().st_size > 0


def _migrate(database: EncryptedDatabase) -> None:
    known = {
        (migrations.name, step.name)
        for migrations in (KIOSK_MIGRATIONS, SYNC_MIGRATIONS)
        for step in migrations._migrations
    }
    with database.reading() as raw:
        applied = _applied_steps(raw)
    if applied - known:
        raise StorageNewer("the database was written by a newer version of the kiosk")
    if applied == known:
        return
    # One transaction: two first starts at once queue up, and a power cut leaves all of it or nothing.
    with database.transaction() as raw:
        KIOSK_MIGRATIONS.apply(raw)
        apply_sync_migrations(raw)


def _applied_steps(raw: Database) -> set[tuple[str, str]]:
    """In one question: sqlite-utils asks several for each set, at every start."""
    if not raw["_sqlite_migrations"].exists():
        return set()
    ours = (KIOSK_MIGRATIONS.name, SYNC_MIGRATIONS.name)
    rows = raw.execute("SELECT migration_set, name FROM _sqlite_migrations")
    return {(row[0], row[1]) for row in rows if row[0] in ours}


def free_bytes(path: Path) -> int:
    """Free disk space where the database lies, or will lie.

    Raises:
        StorageError: the disk cannot be asked.
    """
    try:
        place = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
        return shutil.disk_usage(place).free
    except OSError as error:
        raise StorageError(f"the disk cannot be asked: {error.strerror}") from error
