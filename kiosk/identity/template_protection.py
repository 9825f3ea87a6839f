"""Biometric templates at rest: a keyed rotation, eight bits for each component, and AES-256-GCM around it.

    version 1 | salt 16 | nonce 12 | AES-256-GCM( count, dimension, { length 4, int8 × dimension } × count, note )

The associated data are version, salt, person, modality, engine and place, so that nothing can stand in for anything
else. Each sample is turned by a rotation of its own, made of the machine's key and the salt: without it two protected
samples of one face have no more in common than those of two people, and a new salt renews them. With the machine's keys
a rotation can be undone: it makes templates unlinkable and renewable; only the encryption makes them unreadable.

Sources: ISO/IEC 24745 (irreversible, unlinkable, renewable); random sign flips and an orthonormal cosine transform
as a fast random rotation: Ailon and Chazelle, "The fast Johnson-Lindenstrauss transform", SIAM J. Computing 39 (2009).
"""

import os
import struct
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.errors import TemplateUnusable
from kiosk.services.template_seal import TemplateContent, TemplatePlace

VERSION = 1
MOST_VECTORS = 16
MOST_DIMENSIONS = 4096
MOST_NOTE_BYTES = 64

_SALT_BYTES = 16
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_ROUNDS = 3
"""Of sign flips, cosine transform and shuffle. After one, a spiked vector is still told from a flat one."""
_STEPS = 127
"""Largest value of a component."""

Float64Array = npt.NDArray[np.float64]


class TemplateProtection:
    """The ``TemplateSeal`` of one machine."""

    def __init__(self, secret: bytes) -> None:
        """Derive the keys.

        Args:
            secret: of this machine alone, at least 32 bytes; lost with it, so that a copy elsewhere opens nothing.
        """
        if len(secret) < 32:
            raise ValueError("the secret is too short")
        self._rotation_key = _derived(secret, b"xianglin/template/1/rotation\n")
        self._cipher = AESGCM(_derived(secret, b"xianglin/template/1/seal\n"))

    def seal(self, place: TemplatePlace, content: TemplateContent) -> bytes:
        """Rotate, round and encrypt, under a fresh salt.

        Raises:
            TemplateUnusable: these are no embeddings.
        """
        vectors = _vectors(content)
        salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        plain = bytearray(struct.pack("<BH", len(vectors), vectors.shape[1]))
        for number, vector in enumerate(vectors):
            plain += _Rotation(self._rotation_key, place, salt, number, len(vector)).protect(vector)
        plain += content.note
        sealed = self._cipher.encrypt(nonce, bytes(plain), _associated(place, salt))
        return bytes([VERSION]) + salt + nonce + sealed

    def open(self, place: TemplatePlace, sealed: bytes) -> TemplateContent:
        """Decrypt and turn back.

        Raises:
            TemplateUnusable: damaged, of another person, engine, machine or version.
        """
        if sealed[:1] != bytes([VERSION]):
            raise TemplateUnusable("the template is damaged, or of a version that is not read here")
        salt, rest = sealed[1 : 1 + _SALT_BYTES], sealed[1 + _SALT_BYTES :]
        try:
            plain = self._cipher.decrypt(
                rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _associated(place, salt)
            )
        except (InvalidTag, ValueError) as error:
            raise TemplateUnusable(
                "the template is damaged, or of another person, engine or machine"
            ) from error
        # Only what this machine sealed itself is taken apart, so every length in it is right.
        count, dimension = struct.unpack_from("<BH", plain)
        size, place_in_plain = _LENGTH_BYTES + dimension, 3
        vectors = []
        for number in range(count):
            protected = plain[place_in_plain : place_in_plain + size]
            rotation = _Rotation(self._rotation_key, place, salt, number, dimension)
            vectors.append(rotation.restore(protected).astype("<f4").tobytes())
            place_in_plain += size
        return TemplateContent(tuple(vectors), plain[place_in_plain:])


class _Rotation:
    """One orthonormal matrix that is never written out: flips and shuffles from a key stream, and one transform."""

    def __init__(
        self, key: bytes, place: TemplatePlace, salt: bytes, number: int, dimension: int
    ) -> None:
        info = b"rotation" + bytes([number]) + _associated(place, salt)
        flips_size = -(-dimension // 8)
        stream = _stream(
            _derived(key, info), _LENGTH_BYTES + _ROUNDS * (flips_size + 4 * dimension)
        )
        self._mask = stream[:_LENGTH_BYTES]
        parts = np.frombuffer(stream[_LENGTH_BYTES:], np.uint8).reshape(_ROUNDS, -1)
        bits = np.unpackbits(parts[:, :flips_size], axis=1, count=dimension)
        self._flips = 1.0 - 2.0 * bits.astype(np.float64)
        draws = np.frombuffer(np.ascontiguousarray(parts[:, flips_size:]).tobytes(), "<u4")
        self._order = np.argsort(draws.reshape(_ROUNDS, dimension), axis=1, kind="stable")
        self._transform = _cosine_transform(dimension)

    def protect(self, vector: Float64Array) -> bytes:
        """Masked length, then the turned direction in eight bits for each component."""
        length = np.linalg.norm(vector)
        turned = vector / length if length > 0 else vector
        for flips, order in zip(self._flips, self._order, strict=True):
            turned = (self._transform @ (flips * turned))[order]
        largest = np.abs(turned).max()
        steps = np.rint(turned * (_STEPS / largest)) if largest > 0 else turned
        # The length is the same under every rotation: in the clear it would link what the rotation unlinks.
        return _xor(struct.pack("<f", length), self._mask) + steps.astype(np.int8).tobytes()

    def restore(self, protected: bytes) -> Float64Array:
        """The vector, with its exact length and nearly its direction."""
        (length,) = struct.unpack("<f", _xor(protected[:_LENGTH_BYTES], self._mask))
        turned = np.frombuffer(protected[_LENGTH_BYTES:], np.int8).astype(np.float64)
        for flips, order in zip(self._flips[::-1], self._order[::-1], strict=True):
            shuffled = np.empty_like(turned)
            shuffled[order] = turned
            turned = flips * (shuffled @ self._transform)
        norm = np.linalg.norm(turned)
        return np.asarray(turned * (length / norm) if norm > 0 else turned, dtype=np.float64)


def _vectors(content: TemplateContent) -> Float64Array:
    sizes = {len(vector) for vector in content.vectors}
    size = sizes.pop() if len(sizes) == 1 else 0
    is_sound = 0 < len(content.vectors) <= MOST_VECTORS and len(content.note) <= MOST_NOTE_BYTES
    if not is_sound or size == 0 or size % 4 or size > 4 * MOST_DIMENSIONS:
        raise TemplateUnusable("the template is none of embeddings")
    joined = np.frombuffer(b"".join(content.vectors), "<f4").astype(np.float64)
    if not np.isfinite(joined).all() or np.abs(joined).max() > 1e15:
        raise TemplateUnusable("the template holds what is not a number")
    return joined.reshape(len(content.vectors), -1)


def _associated(place: TemplatePlace, salt: bytes) -> bytes:
    # Length-prefixed, so that no two places share one byte string.
    texts = (place.resident_id, place.modality.value, place.engine_id)
    parts = [text.encode() for text in texts]
    joined = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    return b"xianglin/template\n" + bytes([VERSION, place.is_anchor]) + salt + joined


def _derived(secret: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=info).derive(secret)


def _stream(key: bytes, size: int) -> bytes:
    """A key stream; of a generator that no library's next version changes."""
    return Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(bytes(size))


@lru_cache(maxsize=8)
def _cosine_transform(dimension: int) -> Float64Array:
    """The orthonormal DCT-II: every component of the result depends on all of the input."""
    rows = np.arange(dimension)[:, None]
    columns = np.arange(dimension)[None, :]
    matrix = np.cos(np.pi * rows * (2 * columns + 1) / (2 * dimension)) * np.sqrt(2 / dimension)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, dtype=np.float64)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
