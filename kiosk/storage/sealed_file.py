"""A small file that only the database's key opens, replaced whole."""

import os
import zlib
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.safe_file import replace_file

_NONCE_BYTES = 12


class SealedFile:
    """AES-256-GCM under a key of its own, derived from the database's.

    Args:
        purpose: bound into the key, so that no file can stand in for another.
        largest: bytes that are read at most.
    """

    def __init__(self, path: Path, key: bytes, purpose: bytes, largest: int) -> None:
        self.path = path
        self._purpose = purpose
        self._largest = largest
        derivation = HKDF(SHA256(), length=32, salt=None, info=purpose)
        self._cipher = AESGCM(derivation.derive(key))

    def read(self) -> bytes | None:
        """The content; None when there is none, or it is damaged or of another key."""
        try:
            with self.path.open("rb") as file:
                sealed = file.read(self._largest + 1)
            if len(sealed) > self._largest:
                return None
            plain = self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._purpose
            )
            # Only what this device sealed itself is unpacked.
            return zlib.decompress(plain)
        except (OSError, InvalidTag, ValueError, zlib.error):
            return None

    def write(self, content: bytes) -> None:
        """Replace it; on the disk when this returns.

        Raises:
            OSError: it cannot be written; the old one stands.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, zlib.compress(content), self._purpose)
        replace_file(self.path, nonce + sealed)
