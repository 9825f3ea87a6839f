"""The device's own signing key: made here, kept inside the encrypted database, never exported."""

import secrets

from sqlite_utils import Database

from kiosk.storage.database import kiosk_errors
from kiosk.storage.kiosk_database import KioskDatabase
from sync.sqlcipher import EncryptedDatabase

_NAME = "ed25519-seed"
SEED_BYTES = 32


def load_or_make_device_seed(encrypted: EncryptedDatabase) -> bytes:
    """The 32-byte Ed25519 seed of this device; made at the first call.

    Raises:
        StorageError.
    """
    with kiosk_errors():
        # Only the very first start writes: the doctor may look while a kiosk is in the middle of a transaction.
        with encrypted.reading() as database:
            seed = _stored_seed(database)
        if seed is not None:
            return seed
        with encrypted.transaction() as database:
            seed = _stored_seed(database) or secrets.token_bytes(SEED_BYTES)
            database.execute("INSERT OR IGNORE INTO device_secret VALUES (?, ?)", [_NAME, seed])
        remember_identity(encrypted)
        return seed


def remember_identity(encrypted: EncryptedDatabase) -> None:
    """Write a changed secret down beside the database too; it must outlive the database.

    Raises:
        StorageError.
    """
    if isinstance(encrypted, KioskDatabase):
        with kiosk_errors(encrypted.path.parent), encrypted.reading() as database:
            encrypted.guard.remember(database)


def _stored_seed(database: Database) -> bytes | None:
    row = database.execute("SELECT value FROM device_secret WHERE name = ?", [_NAME]).fetchone()
    return bytes(row[0]) if row else None
