"""The kiosk's encrypted database: opened, checked, migrated, and its faults said in the kiosk's own terms."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kiosk.errors import StorageBusy, StorageDamaged, StorageError, StorageFull, StorageKeyWrong
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from sync.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    KeyUnavailable,
    WrongKey,
)
from sync.key_provider import resolve_key
from sync.migrations import apply_migrations as apply_sync_migrations
from sync.sqlcipher import EncryptedDatabase

DATABASE_FILE = "kiosk.db"
DATABASE_KEY_NAME = "xianglin-database-key"

RESERVE_BYTES = 64 * 1024 * 1024
"""Intake stops below this much free disk: at SQLITE_FULL even UPDATE and checkpoint fail (measured), so a
promise made on the last pages could not be kept. Four times the largest WAL plus room for the log."""


@contextlib.contextmanager
def kiosk_errors() -> Iterator[None]:
    """Translate the database layer's errors at the adapter's edge.

    Raises:
        StorageFull, StorageBusy, StorageDamaged, StorageKeyWrong, StorageError.
    """
    try:
        yield
    except DatabaseFull as error:
        raise StorageFull("the disk is full") from error
    except DatabaseBusy as error:
        raise StorageBusy("another process holds the database") from error
    except (WrongKey, KeyUnavailable) as error:
        raise StorageKeyWrong(str(error)) from error
    except DatabaseDamaged as error:
        raise StorageDamaged("the database file is damaged") from error
    except DatabaseError as error:
        raise StorageError(str(error)) from error


def open_kiosk_database(state_dir: Path, key_provider: str = "auto") -> EncryptedDatabase:
    """Open the database of a state directory, making both on the first start.

    Args:
        state_dir: made with mode 0700.
        key_provider: ``auto``, ``systemd``, ``keyring`` or ``file``.
    Raises:
        StorageKeyWrong: the key is gone or belongs to another database.
        StorageDamaged: the file fails its checks; it is left untouched.
        StorageError: anything else, such as a read-only disk.
    """
    path = state_dir / DATABASE_FILE
    with kiosk_errors():
        try:
            state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageError(error.strerror or "cannot make the state directory") from error
        exists = path.exists() and path.stat().st_size > 0
        key = resolve_key(
            state_dir, DATABASE_KEY_NAME, provider=key_provider, database_exists=exists
        )
        database = EncryptedDatabase(path, key)
        try:
            if exists:
                _refuse_damage(database)
            _migrate(database)
        except BaseException:
            database.close()
            raise
    return database


def _refuse_damage(database: EncryptedDatabase) -> None:
    faults = database.check_integrity()
    if faults:
        raise DatabaseDamaged(f"{len(faults)} faults")


def _migrate(database: EncryptedDatabase) -> None:
    with database.reading() as raw:
        known = {migration.name for migration in KIOSK_MIGRATIONS.pending(raw)}
        applied = {migration.name for migration in KIOSK_MIGRATIONS.applied(raw)}
        newer = applied - known - _all_names()
        if newer:
            raise StorageError(
                "the database was written by a newer version of the kiosk: update the kiosk"
            )
        KIOSK_MIGRATIONS.apply(raw)
        apply_sync_migrations(raw)


def _all_names() -> set[str]:
    return {migration.name for migration in KIOSK_MIGRATIONS._migrations}


def free_bytes(path: Path) -> int:
    """Free disk space where the database lies."""
    return shutil.disk_usage(path if path.exists() else Path(os.sep)).free
