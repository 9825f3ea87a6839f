"""Keys for drafts, made of what their owner brings and a secret of this device."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kiosk.services.drafts import DraftOwner

NONCE_BYTES = 12
_KEY_BYTES = 32
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}
"""32 MiB and about 0.1 s for each guess of a slip's code. Source: RFC 7914 section 2 for interactive use."""


@dataclass(slots=True)
class DeviceDraftSeal:
    """AES-256-GCM under keys of the card's number or the slip's code."""

    device_secret: bytes = field(repr=False)
    """Never leaves this device: a copied database without its key opens nothing."""
    _last: tuple[DraftOwner, bytes] | None = field(default=None, init=False, repr=False)
    """The root of the visit that is going on: the same owner keeps a draft with each answer."""

    def tag(self, owner: DraftOwner) -> str:
        """A keyed name of the owner."""
        return hmac.new(self._root(owner), b"tag", hashlib.sha256).hexdigest()[:32]

    def seal(self, owner: DraftOwner, content: bytes, context: str) -> bytes:
        """Encrypt: nonce, then ciphertext with its tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._key(owner)).encrypt(nonce, content, context.encode())

    def open(self, owner: DraftOwner, sealed: bytes, context: str) -> bytes | None:
        """Decrypt, or None."""
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self._key(owner)).decrypt(nonce, ciphertext, context.encode())
        except (InvalidTag, ValueError):
            return None

    def forget(self) -> None:
        """Drop the key of the last owner; called when a visit ends."""
        self._last = None

    def _key(self, owner: DraftOwner) -> bytes:
        return hmac.new(self._root(owner), b"key", hashlib.sha256).digest()

    def _root(self, owner: DraftOwner) -> bytes:
        if self._last is not None and self._last[0] == owner:
            return self._last[1]
        material = f"{owner.kind}|{owner.secret}".encode()
        if owner.kind == "slip":
            # Eight digits are few: each guess must cost something.
            material = Scrypt(salt=self.device_secret, length=_KEY_BYTES, **_SCRYPT).derive(
                material
            )
        root = HKDF(SHA256(), _KEY_BYTES, salt=self.device_secret, info=b"xianglin/draft/1").derive(
            material
        )
        self._last = (owner, root)
        return root
