"""Ed25519 signatures, each bound to one purpose.

The purpose stands before the bytes, so that a signature made for one thing can never be shown for another.
"""

import enum
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.signature_check import SIGNATURE_BYTES, SignatureCheck

__all__ = ["SIGNATURE_BYTES", "DeviceSigner", "Purpose", "Verifier", "key_id_of"]

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
KEY_ID_LENGTH = 16


class Purpose(enum.Enum):
    """What a signature is for; the value is put before the signed bytes."""

    ITEM = b"xianglin/v1/item\n"
    REQUEST = b"xianglin/v1/request\n"
    BATCH_ANSWER = b"xianglin/v1/answer/batch\n"
    DECISIONS = b"xianglin/v1/answer/decisions\n"
    ROSTER = b"xianglin/v1/answer/roster\n"
    DEVICE_STATE = b"xianglin/v1/answer/device-state\n"
    RECEIPT_BLOCK = b"xianglin/v1/answer/receipt-block\n"
    CERTIFICATE = b"xianglin/v1/answer/device-certificate\n"
    PROBE = b"xianglin/v1/answer/probe\n"
    DEVICE_CERTIFICATE = b"xianglin/v1/device-certificate\n"
    RECEIPT = b"xianglin/v1/receipt\n"
    SUBJECT_KEY = b"xianglin/v1/subject-key\n"
    SEALED_ITEM = b"xianglin/v2/item\n"
    KEYRING = b"xianglin/v2/keyring\n"
    DEVICE_KEY = b"xianglin/v2/device-key\n"
    DEVICE_KEY_ANSWER = b"xianglin/v2/answer/device-key\n"
    PAGE = b"xianglin/v2/page\n"
    DRAFT_KEY = b"xianglin/v1/draft-key\n"
    TEMPLATE_KEY = b"xianglin/v1/template-key\n"
    BUNDLE_MANIFEST = b"xianglin/v2/bundle-manifest\n"
    HANDOVER = b"xianglin/v2/handover\n"
    CUSTODY_RECEIPT = b"xianglin/v2/custody-receipt\n"
    BUNDLE_ANSWER = b"xianglin/v2/answer/bundle\n"
    REPORT_LIST = b"xianglin/v2/answer/delivery-reports\n"
    DELIVERY_REPORT = b"xianglin/v2/delivery-report\n"
    BLOB = b"xianglin/v2/answer/blob\n"
    BLOBS = b"xianglin/v2/answer/blobs\n"
    SIZE_REFUSAL = b"xianglin/v2/answer/size-refusal\n"


def key_id_of(public_key: bytes) -> str:
    """Name a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_LENGTH]


class DeviceSigner:
    """A private key that signs for a device; the centre's own key is one too.

    Raises:
        ValueError: the seed is not 32 bytes.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError("an Ed25519 seed has 32 bytes")
        self._private_key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key: bytes = self._private_key.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw
        )
        self.key_id = key_id_of(self.public_key)

    @classmethod
    def generate(cls) -> "DeviceSigner":
        """Make a new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def seed(self) -> bytes:
        """The 32 secret bytes, to be stored encrypted and nowhere else."""
        return self._private_key.private_bytes_raw()

    def sign(self, purpose: Purpose, data: bytes) -> bytes:
        """Sign bytes for one purpose; 64 bytes."""
        return self._private_key.sign(purpose.value + data)

    def __repr__(self) -> str:
        return f"DeviceSigner({self.key_id})"


class Verifier:
    """A public key that checks signatures.

    Raises:
        ValueError: not 32 bytes.
    """

    def __init__(self, public_key: bytes) -> None:
        if len(public_key) != PUBLIC_KEY_BYTES:
            raise ValueError("an Ed25519 public key has 32 bytes")
        self._check = SignatureCheck(public_key)
        self.public_key = public_key
        self.key_id = key_id_of(public_key)

    def is_valid(self, purpose: Purpose, data: bytes, signature: bytes) -> bool:
        """Whether this key signed these bytes for this purpose."""
        return self._check.is_valid(signature, purpose.value + data)
