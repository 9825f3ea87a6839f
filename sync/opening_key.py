"""The key with which a device opens what is sealed to it: derived from its signing key, so nothing new is kept."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.sealing import SECRET_BYTES, X25519, OpeningKey
from sync.signing import DeviceSigner

_INFO = b"xianglin/v2/device-opening-key\n"


def opening_key_of(signer: DeviceSigner) -> OpeningKey:
    """A device's opening key; a new signing key brings a new one with it."""
    derived = HKDF(algorithm=SHA256(), length=SECRET_BYTES[X25519], salt=None, info=_INFO)
    return OpeningKey(X25519, derived.derive(signer.seed()))
