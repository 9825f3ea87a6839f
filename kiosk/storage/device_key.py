"""The device's own signing key: made here, kept inside the encrypted database, never exported."""

import secrets

from kiosk.storage.database import kiosk_errors
from sync.sqlcipher import EncryptedDatabase

_NAME = "ed25519-seed"
SEED_BYTES = 32


def load_or_make_device_seed(encrypted: EncryptedDatabase) -> bytes:
    """The 32-byte Ed25519 seed of this device; made at the first call.

    Raises:
        StorageError.
    """
    with kiosk_errors(), encrypted.transaction() as database:
        row = database.execute("SELECT value FROM device_secret WHERE name = ?", [_NAME]).fetchone()
        if row:
            return bytes(row[0])
        seed = secrets.token_bytes(SEED_BYTES)
        database.execute("INSERT INTO device_secret VALUES (?, ?)", [_NAME, seed])
        return seed
