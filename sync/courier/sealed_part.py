"""One file of a bundle: records, encrypted as a stream to a key that is sealed to the centre.

    "XLBP" | version u8 = 1 | centre sealing key id 8 | bundle id 16 | part number u32 | length u16 | sealed file key
    then frames of 64 KiB, AES-256-GCM, each with 16 bytes more; the last one may be shorter, also empty

The file key is fresh for each part, so the nonce is only a counter and a last byte that says "this is the end": a part
that was cut at a frame, continued or reordered does not open (the STREAM construction; Hoang, Reyhanitabar, Rogaway and
Vizár, 2015). Sealing takes the hybrid of ML-KEM-768 and X25519: what a van lost today stays closed in twenty years.
"""

import secrets
import struct
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync.courier.errors import BundleRefused

FRAME_BYTES = 64 * 1024
TAG_BYTES = 16
INFO = b"xianglin/v2/bundle-part\n"
MAXIMUM_SEALED_KEY_BYTES = 4096

_MAGIC = b"XLBP"
_VERSION = 1
_HEAD = struct.Struct(">4sB8s16sI")
_LENGTH = struct.Struct(">H")
_FILE_KEY_BYTES = 32
_SEALED_FRAME = FRAME_BYTES + TAG_BYTES


class Sealing(Protocol):
    """A public key of the centre; ``sync.sealing.SealingKey`` is one."""

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits."""

    def seal(self, info: bytes, plain: bytes) -> bytes:
        """Encrypt to the centre, bound to ``info``."""


Opener = Callable[[str, bytes, bytes], bytes]
"""Key id, info, sealed bytes: the plain bytes, or ``BundleRefused``."""


@dataclass(frozen=True, slots=True)
class PartName:
    """Which part of which bundle; signed into every frame by way of the file key."""

    bundle: uuid.UUID
    number: int
    """From 1."""


class PartSealer:
    """Encrypts one part; memory holds a frame, whatever the size."""

    def __init__(self, name: PartName, key: Sealing) -> None:
        head = _HEAD.pack(
            _MAGIC, _VERSION, bytes.fromhex(key.key_id), name.bundle.bytes, name.number
        )
        file_key = secrets.token_bytes(_FILE_KEY_BYTES)
        sealed = key.seal(INFO + head, file_key)
        self._prelude = head + _LENGTH.pack(len(sealed)) + sealed
        self._aead = AESGCM(file_key)
        self._frame = 0
        self._buffer = bytearray()

    def add(self, data: bytes) -> bytes:
        """Take plain bytes; gives what is ready to be written."""
        self._buffer += data
        ready = bytearray(self._take_prelude())
        # More than a frame: the last one is only known at the end.
        while len(self._buffer) > FRAME_BYTES:
            ready += self._seal(bytes(self._buffer[:FRAME_BYTES]), is_last=False)
            del self._buffer[:FRAME_BYTES]
        return bytes(ready)

    def finish(self) -> bytes:
        """The rest."""
        return self._take_prelude() + self._seal(bytes(self._buffer), is_last=True)

    def _take_prelude(self) -> bytes:
        prelude, self._prelude = self._prelude, b""
        return prelude

    def _seal(self, plain: bytes, *, is_last: bool) -> bytes:
        sealed = self._aead.encrypt(_nonce(self._frame, is_last=is_last), plain, None)
        self._frame += 1
        return sealed


def part_overhead(key: Sealing) -> int:
    """How many bytes stand before the frames of every part; costs one sealing, so ask once."""
    return _HEAD.size + _LENGTH.size + len(key.seal(INFO, bytes(_FILE_KEY_BYTES)))


def sealed_size(plain_bytes: int, overhead: int) -> int:
    """How many bytes a part of so many plain bytes takes.

    Args:
        overhead: by ``part_overhead``.
    """
    frames = max(1, -(-plain_bytes // FRAME_BYTES))
    return overhead + plain_bytes + frames * TAG_BYTES


def open_part(read: Callable[[int], bytes], name: PartName, opener: Opener) -> Iterator[bytes]:
    """Decrypt a part, frame by frame; what was yielded is genuine, but only the end proves that it is whole.

    Args:
        read: gives up to so many bytes, and none at the end.
    Raises:
        BundleRefused: damaged, cut short, another part than named, or sealed to a key that is not the centre's.
    """
    opened = AESGCM(_file_key(read, name, opener))
    frame = 0
    current = read_exactly(read, _SEALED_FRAME)
    while True:
        following = read_exactly(read, _SEALED_FRAME)
        is_last = not following
        try:
            yield opened.decrypt(_nonce(frame, is_last=is_last), current, None)
        except (InvalidTag, ValueError) as error:
            raise BundleRefused("damaged", f"part {name.number} does not open") from error
        if is_last:
            return
        current = following
        frame += 1


def _file_key(read: Callable[[int], bytes], name: PartName, opener: Opener) -> bytes:
    head = read_exactly(read, _HEAD.size)
    length = read_exactly(read, _LENGTH.size)
    if len(head) != _HEAD.size or len(length) != _LENGTH.size:
        raise BundleRefused("damaged", f"part {name.number} is cut short")
    magic, version, key_id, bundle, number = _HEAD.unpack(head)
    if (magic, version) != (_MAGIC, _VERSION):
        raise BundleRefused("malformed", f"part {name.number} is no part of this version")
    if (bundle, number) != (name.bundle.bytes, name.number):
        raise BundleRefused("malformed", f"part {name.number} belongs elsewhere")
    (sealed_length,) = _LENGTH.unpack(length)
    if sealed_length > MAXIMUM_SEALED_KEY_BYTES:
        raise BundleRefused("malformed", f"part {name.number} has an impossible key")
    sealed = read_exactly(read, sealed_length)
    file_key = opener(key_id.hex(), INFO + head, sealed)
    if len(file_key) != _FILE_KEY_BYTES:
        raise BundleRefused("malformed", f"part {name.number} has an impossible key")
    return file_key


def read_exactly(read: Callable[[int], bytes], wanted: int) -> bytes:
    """Read until there are so many bytes or the end comes."""
    got = read(wanted)
    while len(got) < wanted:
        more = read(wanted - len(got))
        if not more:
            break
        got += more
    return got


def _nonce(frame: int, *, is_last: bool) -> bytes:
    return frame.to_bytes(11, "big") + bytes([is_last])
