"""The key with which a device opens what is sealed to it: derived from its signing key, so nothing new is kept."""

from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.sealing import SECRET_BYTES, X25519, OpeningKey
from sync.signing import DeviceSigner

_INFO = b"xianglin/v2/device-opening-key\n"


def opening_key_of(signer: DeviceSigner) -> OpeningKey:
    """A device's opening key; a new signing key brings a new one with it."""
    derived = HKDF(algorithm=SHA256(), length=SECRET_BYTES[X25519], salt=None, info=_INFO)
    return OpeningKey(X25519, derived.derive(signer.seed()))


def opening_keys_of(signers: Iterable[DeviceSigner]) -> dict[str, OpeningKey]:
    """The opening keys of all signing keys that a device ever had, by id."""
    return {key.key_id: key for key in map(opening_key_of, signers)}
