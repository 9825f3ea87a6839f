"""Files in sealed chunks: each can be checked alone, and none can be left out, moved, repeated or added.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015) with the nonces of age-encryption.org/v1: eleven bytes of the chunk's number
and one that is 1 for the last chunk only. A key belongs to one file, so no nonce ever stands over two contents.

The wire name comes from the same secret: it tells nothing of the file, and the same file under the same secret has
one name on every path.
"""

import hashlib
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import BlobDamaged

SECRET_BYTES = 16
"""Made for each file and told to the centre in the sealed item that declares it."""
CHUNK_BYTES = 64 * 1024
"""Plain bytes of every chunk but the last, which has 1 to as many."""
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

_KEY_INFO = b"xianglin/v2/attachment/key\n"
_NAME_INFO = b"xianglin/v2/attachment/name\n"
_COUNTER_BYTES = 11


def blob_name(secret: bytes, sha256: str) -> str:
    """What a file is called on the wire: 64 hexadecimal digits.

    Args:
        sha256: of the plain file, 64 hexadecimal digits.
    """
    return _derived(secret, _NAME_INFO, sha256).hex()


def chunk_count(size: int) -> int:
    """How many chunks a file of that many plain bytes has."""
    return -(-size // CHUNK_BYTES)


def sealed_size(size: int) -> int:
    """Bytes of all sealed chunks of a file of that many plain bytes."""
    return size + TAG_BYTES * chunk_count(size)


class ChunkCipher:
    """Seals and opens the chunks of one file."""

    def __init__(self, secret: bytes, sha256: str) -> None:
        self._aead = ChaCha20Poly1305(_derived(secret, _KEY_INFO, sha256))

    def seal(self, number: int, plain: bytes, *, is_last: bool) -> bytes:
        """Seal one chunk; ``number`` counts from 0."""
        return self._aead.encrypt(_nonce(number, is_last=is_last), plain, None)

    def open(self, number: int, sealed: bytes, *, is_last: bool) -> bytes:
        """Open one chunk.

        Raises:
            BlobDamaged: changed, of another file or place, or the last one where it should not be.
        """
        try:
            return self._aead.decrypt(_nonce(number, is_last=is_last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise BlobDamaged("a chunk is not as it was sealed") from error


def seal_file(secret: bytes, content: bytes) -> Iterator[bytes]:
    """The sealed chunks of a file in their order.

    Raises:
        ValueError: the file is empty.
    """
    if not content:
        raise ValueError("an empty file has no chunks")
    cipher = ChunkCipher(secret, hashlib.sha256(content).hexdigest())
    last = chunk_count(len(content)) - 1
    for number in range(last + 1):
        plain = content[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        yield cipher.seal(number, plain, is_last=number == last)


def open_file(secret: bytes, sha256: str, size: int, sealed: bytes) -> bytes:
    """Open the sealed chunks of a file, all of them one behind the other.

    Args:
        sha256: of the plain file, as it was declared.
        size: of the plain file, as it was declared.
    Raises:
        BlobDamaged: not every byte of it is as it was declared.
    """
    if size < 1 or len(sealed) != sealed_size(size):
        raise BlobDamaged("the file is not of its size")
    cipher = ChunkCipher(secret, sha256)
    last = chunk_count(size) - 1
    plain = b"".join(
        cipher.open(
            number,
            sealed[number * SEALED_CHUNK_BYTES : (number + 1) * SEALED_CHUNK_BYTES],
            is_last=number == last,
        )
        for number in range(last + 1)
    )
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise BlobDamaged("the file is not the one that was declared")
    return plain


def _derived(secret: bytes, info: bytes, sha256: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=info + bytes.fromhex(sha256)).derive(secret)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([is_last])
