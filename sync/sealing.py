"""Sealing to a public key: HPKE (RFC 9180), so that only the centre reads what travels through other hands.

One-shot and without a sender's key: who sealed says nothing, the signature inside does. Two ways to agree on the key:
``x25519`` for items, and ``mlkem768-x25519`` (X-Wing's pair, safe against a future quantum computer) for bundles, which
can afford its 1,136 bytes.
"""

from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from sync.errors import SealError
from sync.signing import key_id_of

X25519 = "x25519"
HYBRID = "mlkem768-x25519"
KEMS = (X25519, HYBRID)

TAG_BYTES = 16
ENCAPSULATED_BYTES = {X25519: 32, HYBRID: 1120}
PUBLIC_BYTES = {X25519: 32, HYBRID: 1184 + 32}
"""Hybrid: the ML-KEM key, then the X25519 key."""
SECRET_BYTES = {X25519: 32, HYBRID: 64 + 32}
"""Hybrid: the seed of ML-KEM, then the X25519 key."""

_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_SEED_BYTES = 64

# ChaCha20-Poly1305: constant in time on boards whose processor has no AES, and no slower where it has (measured at
# the size of an item).
_SUITES = {
    X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
    HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
}


@dataclass(frozen=True)
class SealingKey:
    """A public key that anybody may seal to.

    Raises:
        SealError: unknown kind, or not of its length.
    """

    kem: str
    """``x25519`` or ``mlkem768-x25519``."""
    public: bytes

    def __post_init__(self) -> None:
        if PUBLIC_BYTES.get(self.kem) != len(self.public):
            raise SealError("a sealing key is of an unknown kind or length")

    @cached_property
    def key_id(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the public bytes."""
        return key_id_of(self.public)

    def seal(self, info: bytes, plain: bytes) -> bytes:
        """Seal bytes; they open only with the same ``info``.

        Returns:
            encapsulated key, ciphertext and tag: 48 bytes more than ``plain`` for x25519, 1,136 for the hybrid.
        Raises:
            SealError: the key is no valid point.
        """
        try:
            return _SUITES[self.kem].encrypt(plain, self._key, info=info)
        except ValueError as error:
            raise SealError("the sealing key cannot be sealed to") from error

    @cached_property
    def _key(self) -> X25519PublicKey | MLKEM768X25519PublicKey:
        if self.kem == X25519:
            return X25519PublicKey.from_public_bytes(self.public)
        try:
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.public[:_MLKEM_PUBLIC_BYTES]),
                X25519PublicKey.from_public_bytes(self.public[_MLKEM_PUBLIC_BYTES:]),
            )
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SealError("the sealing key cannot be sealed to") from error


class OpeningKey:
    """The private half; its ``repr`` shows no secret.

    Raises:
        SealError: unknown kind, or not of its length.
    """

    def __init__(self, kem: str, secret: bytes) -> None:
        if SECRET_BYTES.get(kem) != len(secret):
            raise SealError("an opening key is of an unknown kind or length")
        self.kem = kem
        self._secret = secret
        self._key: X25519PrivateKey | MLKEM768X25519PrivateKey
        if kem == X25519:
            point = X25519PrivateKey.from_private_bytes(secret)
            self._key, public = point, point.public_key().public_bytes_raw()
        else:
            lattice = MLKEM768PrivateKey.from_seed_bytes(secret[:_MLKEM_SEED_BYTES])
            point = X25519PrivateKey.from_private_bytes(secret[_MLKEM_SEED_BYTES:])
            self._key = MLKEM768X25519PrivateKey(lattice, point)
            public = lattice.public_key().public_bytes_raw() + point.public_key().public_bytes_raw()
        self.sealing_key = SealingKey(kem, public)
        self.key_id = self.sealing_key.key_id

    @classmethod
    def generate(cls, kem: str = X25519) -> "OpeningKey":
        """Make a new key from the system's randomness."""
        point = X25519PrivateKey.generate().private_bytes_raw()
        if kem == HYBRID:
            return cls(kem, MLKEM768PrivateKey.generate().private_bytes_raw() + point)
        return cls(kem, point)

    def secret(self) -> bytes:
        """The secret bytes, to be stored encrypted and nowhere else."""
        return self._secret

    def open(self, info: bytes, sealed: bytes) -> bytes:
        """Open what was sealed to this key with this ``info``.

        Raises:
            SealError: sealed to another key, for another purpose, cut short, or changed.
        """
        try:
            return _SUITES[self.kem].decrypt(sealed, self._key, info=info)
        except (InvalidTag, ValueError) as error:
            raise SealError("the sealed bytes do not open") from error

    def __repr__(self) -> str:
        return f"OpeningKey({self.kem}, {self.key_id})"
