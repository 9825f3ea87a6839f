"""Checking Ed25519 signatures: by libsodium where it is, in half of OpenSSL's time; OpenSSL has the last word.

libsodium refuses a few things that OpenSSL accepts, as keys of small order, and accepts nothing that OpenSSL refuses.
What it refuses is therefore asked of OpenSSL too, and the answer is the same on every machine. It also lets other
threads have the interpreter meanwhile.
"""

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE_BYTES = 64

_QuickCheck = Callable[[bytes, bytes, bytes], bool]
"""Of key, signature of 64 bytes, and message."""

# A signature with a part of small order, which only a check that multiplies by the cofactor lets pass. OpenSSL's does
# not (RFC 8032 section 5.1.7 allows both).
_COFACTORED = (
    bytes.fromhex("7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32a"),
    bytes.fromhex(
        "7c4e5c5d38fdd227d6868a58fb123c9be2eb7db6fce42f054c2e671de4aaa4db"
        "f185a412be380305b9f3c68ff3cdd2b1f3e7ac3d7a37e0e6f42b5d952408830b"
    ),
    b"cofactored?",
)


def _sodium() -> _QuickCheck | None:
    try:
        from nacl import bindings, exceptions  # noqa: PLC0415 (the centre's; a kiosk checks little)
    except ImportError:
        return None

    def is_valid(key: bytes, signature: bytes, message: bytes) -> bool:
        try:
            bindings.crypto_sign_open(signature + message, key)
        except exceptions.BadSignatureError:
            return False
        return True

    # Should a later one judge otherwise than OpenSSL, it is not asked.
    return None if is_valid(*_COFACTORED) else is_valid


_QUICK = _sodium()


def is_quick() -> bool:
    """Whether libsodium is there."""
    return _QUICK is not None


class SignatureCheck:
    """One public key.

    Args:
        public_key: 32 bytes.
    """

    def __init__(self, public_key: bytes) -> None:
        self._raw = public_key
        self._key = Ed25519PublicKey.from_public_bytes(public_key)

    def is_valid(self, signature: bytes, message: bytes) -> bool:
        """Whether this key signed the message, as OpenSSL judges."""
        # Of any other length the two would be cut apart at another place.
        if (
            _QUICK is not None
            and len(signature) == SIGNATURE_BYTES
            and _QUICK(self._raw, signature, message)
        ):
            return True
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True
