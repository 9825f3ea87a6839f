"""The kiosk's encrypted database: looked at, opened, migrated, and its faults said in the kiosk's own terms."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
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
from kiosk.storage.ballast import Ballast
from kiosk.storage.identity_file import IdentityFile
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from kiosk.storage.number_guard import NumberGuard
from kiosk.storage.number_marks import MarksFile
from kiosk.storage.quarantine import new_folder, write_report
from kiosk.storage.queue_copy import QueueCopy
from sync.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    KeyExposed,
    KeyUnavailable,
    WrongKey,
)
from sync.folder_lock import FolderLock
from sync.key_provider import resolve_key
from sync.migrations import SYNC_MIGRATIONS
from sync.migrations import apply_migrations as apply_sync_migrations
from sync.safe_file import make_folder, replace_file
from sync.soundness import has_content, is_half_made, refuse_damage
from sync.sqlcipher import EncryptedDatabase

DATABASE_FILE = "kiosk.db"
DATABASE_KEY_NAME = "xianglin-database-key"

MADE_FILE = f"{DATABASE_FILE}.made"
"""Stands beside a database that was made once. Without it a deleted or emptied file would look like a first start,
and a fresh database would give receipt numbers a second time."""

LOCK_FILE = f"{DATABASE_FILE}.lock"
MARKS_FILE = f"{DATABASE_FILE}.marks"
SWAP_FILE = f"{DATABASE_FILE}.swap"
"""Stands while a repaired database takes the place of a damaged one; names the folder of the damaged one."""
IDENTITY_FILE = "kiosk.identity"
BALLAST_FILE = "kiosk.ballast"

RESERVE_BYTES = 64 * 1024 * 1024
"""Intake stops below this much free disk: at SQLITE_FULL even UPDATE and checkpoint fail (measured), so a
promise made on the last pages could not be kept. It holds the largest request, 20 pictures of 400 KB, four times over:
in the WAL and in the file, with a draft of the same size written beside it; and the WAL and the log."""

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


def open_kiosk_database(state_dir: Path, key_provider: str = "auto") -> KioskDatabase:
    """Open the database of a state directory, making both on the first start.

    Args:
        state_dir: made with mode 0700.
        key_provider: ``auto``, ``systemd``, ``keyring`` or ``file``.
    Raises:
        StorageKeyWrong: the key belongs to another database; StorageKeyMissing, StorageKeyExposed are of this kind.
        StorageDamaged: the file fails its checks, is empty, gone, or older than what was given out of it; what there
            is stays untouched.
        StorageNewer: a newer version of the kiosk wrote it.
        StorageError: anything else, such as a read-only disk.
    """
    try:
        return _open_locked(state_dir, key_provider)
    except StorageFull:
        # Not even its shared memory file finds room: what is promised needs it more than the ballast.
        if not Ballast(state_dir / BALLAST_FILE).free():
            raise
    return _open_locked(state_dir, key_provider)


def _open_locked(state_dir: Path, key_provider: str) -> KioskDatabase:
    with kiosk_errors(state_dir):
        make_folder(state_dir)
        lock = FolderLock(state_dir / LOCK_FILE)
        lock.share()
        try:
            return _open(state_dir, key_provider, lock)
        except BaseException:
            lock.release()
            raise


def _open(state_dir: Path, key_provider: str, lock: FolderLock) -> KioskDatabase:
    path, wal = state_dir / DATABASE_FILE, state_dir / f"{DATABASE_FILE}-wal"
    # In this order: a kiosk beside us makes its WAL before it marks that there must be one.
    marks_file = MarksFile(state_dir / MARKS_FILE)
    marks = marks_file.read()
    has_wal = has_content(wal)
    exists, was_made = _look(state_dir)
    if (state_dir / SWAP_FILE).exists():
        raise StorageDamaged("a repair was cut off")
    if was_made and not exists:
        raise StorageDamaged("the database file is gone or empty")
    key = resolve_key(state_dir, DATABASE_KEY_NAME, provider=key_provider, database_exists=exists)
    guard = NumberGuard(path, IdentityFile(state_dir / IDENTITY_FILE, key), marks_file)
    if exists and (was_made or not is_half_made(path)):
        refuse_damage(path, key, partial(guard.assert_not_older, marks=marks))
    ballast = Ballast(state_dir / BALLAST_FILE)
    database = KioskDatabase(path, key, guard, ballast, QueueCopy(state_dir, key), lock)
    try:
        migrate(database)
        if marks is not None and marks.is_open and not has_wal and lock.is_alone():
            _pass_over_lost(database, state_dir)
        with database.reading() as raw:
            guard.begin(raw, marks)
        if not was_made:
            replace_file(state_dir / MADE_FILE, b"")
    except BaseException:
        database.close()
        raise
    return database


def _pass_over_lost(database: KioskDatabase, state_dir: Path) -> None:
    """The log of the last commits is gone: go on behind every number that it may have given, and tell staff."""
    at = datetime.now(UTC)
    with database.transaction() as raw:
        report = database.guard.skip_lost(raw, at)
    folder = new_folder(state_dir, at)
    write_report(folder, replace(report, folder=folder.name))


def _look(state_dir: Path) -> tuple[bool, bool]:
    """Whether there is a database with content, and whether one was ever made."""
    path = state_dir / DATABASE_FILE
    exists = path.exists() and path.stat().st_size > 0
    return exists, (state_dir / MADE_FILE).exists()


def migrate(database: EncryptedDatabase) -> None:
    """Bring the tables up to date.

    Raises:
        StorageNewer: a newer version of the kiosk wrote them.
    """
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


def blank_tables() -> Database:
    """The tables as a first start makes them, in memory."""
    raw = Database(memory=True)
    KIOSK_MIGRATIONS.apply(raw)
    apply_sync_migrations(raw)
    return raw


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
        # Asked before each acceptance, of a folder that is there: looking for one above it costs as much as signing.
        try:
            return shutil.disk_usage(path).free
        except FileNotFoundError:
            place = next(folder for folder in path.absolute().parents if folder.exists())
            return shutil.disk_usage(place).free
    except OSError as error:
        raise StorageError(f"the disk cannot be asked: {error.strerror}") from error
