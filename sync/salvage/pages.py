"""The pages of a SQLCipher database and its WAL, each checked by its own authentication code.

SQLCipher stops for good at the first page that fails its check. Here such a page is passed over, so one bad sector
costs what was on it and nothing else. Nothing is written, and no plain page ever reaches a disk.

    page  = ciphertext | initialisation vector (16) | HMAC-SHA-512 (64)        4096 bytes; page 1 begins with the salt
    HMAC over ciphertext, vector and the page's number (4 bytes, little-endian)

Source: SQLCipher 4 design (zetetic.net/sqlcipher/design); SQLite file format, section 4 (sqlite.org/fileformat2.html).
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE_BYTES = 4096
SALT_BYTES = 16
_VECTOR_BYTES = 16
_CODE_BYTES = 64
RESERVED_BYTES = _VECTOR_BYTES + _CODE_BYTES
USABLE_BYTES = PAGE_BYTES - RESERVED_BYTES
"""What SQLite itself uses of a page."""

_MAGIC = b"SQLite format 3\0"
_CODE_ITERATIONS = 2
_CODE_SALT_MASK = 0x3A

_WAL_HEADER_BYTES = 32
_FRAME_HEADER = struct.Struct(">II8s8x")
"""Page number, size of the database after a commit (0 within a transaction), both salts."""
_FRAME_BYTES = _FRAME_HEADER.size + PAGE_BYTES


class PageCipher:
    """Opens single pages with a raw key.

    Args:
        key: 32 bytes, as it is given to ``PRAGMA key``.
        salt: the first 16 bytes of the file.
    """

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._key = key
        masked = bytes(byte ^ _CODE_SALT_MASK for byte in salt)
        self._code_key = hashlib.pbkdf2_hmac("sha512", key, masked, _CODE_ITERATIONS, len(key))

    def open(self, number: int, page: bytes) -> bytes | None:
        """The plain page of 4096 bytes, or None when it is not as it was written.

        Args:
            number: from 1.
        """
        if len(page) != PAGE_BYTES:
            return None
        start = SALT_BYTES if number == 1 else 0
        covered, code = page[start:-_CODE_BYTES], page[-_CODE_BYTES:]
        made = hmac.new(self._code_key, covered + struct.pack("<I", number), hashlib.sha512)
        if not hmac.compare_digest(made.digest(), code):
            return None
        vector = page[USABLE_BYTES : USABLE_BYTES + _VECTOR_BYTES]
        decryptor = Cipher(algorithms.AES(self._key), modes.CBC(vector)).decryptor()
        plain = decryptor.update(page[start:USABLE_BYTES]) + decryptor.finalize()
        return (_MAGIC if start else b"") + plain + bytes(RESERVED_BYTES)


@dataclass(slots=True)
class PageFile:
    """The newest readable version of every page.

    A page that the WAL holds is taken from its newest committed frame; when that is damaged, the version before it
    is better than none.
    """

    path: Path
    """The database; its WAL lies beside it."""
    cipher: PageCipher
    is_wal_read: bool = True
    damaged: set[int] = field(default_factory=set)
    """Pages of which no version, or only an older one, could be read so far."""
    _versions: dict[int, list[int]] = field(default_factory=dict)
    """Offsets of a page's frames in the WAL, oldest first."""

    _size: int = 0

    def __post_init__(self) -> None:
        self._size = self.path.stat().st_size if self.path.is_file() else 0
        if self.is_wal_read:
            self._versions = _committed_frames(self._wal())

    @property
    def count(self) -> int:
        """Pages of the file, those that only the WAL has included."""
        return max([-(-self._size // PAGE_BYTES), *self._versions], default=0)

    def read(self, number: int) -> bytes | None:
        """The plain page, or None; ``damaged`` remembers it."""
        if number < 1:
            return None
        versions = self._versions.get(number, ())
        for place, offset in enumerate(reversed(versions)):
            plain = self.cipher.open(number, _read_at(self._wal(), offset))
            if plain is not None:
                if place:
                    self.damaged.add(number)
                return plain
        plain = None
        if number * PAGE_BYTES <= self._size:
            plain = self.cipher.open(number, _read_at(self.path, (number - 1) * PAGE_BYTES))
        if plain is None or versions:
            self.damaged.add(number)
        return plain

    def _wal(self) -> Path:
        return self.path.with_name(f"{self.path.name}-wal")

    def is_any_readable(self) -> bool:
        """Whether at least one page is of this key: then the key is right and the file is damaged."""
        return any(self.read(number) is not None for number in range(1, self.count + 1))


def open_pages(path: Path, key: bytes, known_salt: bytes = b"") -> PageFile:
    """Open a damaged database for reading by pages.

    Args:
        known_salt: of the file, from elsewhere: with its first 16 bytes every other page would be lost too.
    """
    with_own = PageFile(path, PageCipher(key, _first_bytes(path)))
    if not known_salt or with_own.is_any_readable():
        with_own.damaged.clear()
        return with_own
    return PageFile(path, PageCipher(key, known_salt))


def _first_bytes(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(SALT_BYTES)


def _read_at(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(PAGE_BYTES)


def _committed_frames(wal: Path) -> dict[int, list[int]]:
    """Where the pages of committed transactions are.

    The chained checksums are not followed: behind one damaged frame SQLite sees nothing more, and what was promised
    there is exactly what is looked for. A page's own code tells whether it is whole.
    """
    if not wal.is_file():
        return {}
    frames: list[tuple[int, int]] = []
    end_of_commits = 0
    salts = b""
    with wal.open("rb") as file:
        offset = _WAL_HEADER_BYTES
        file.seek(offset)
        while len(frame := file.read(_FRAME_BYTES)) == _FRAME_BYTES:
            number, size, found = _FRAME_HEADER.unpack_from(frame)
            # Frames with other salts are of the time before the WAL began anew.
            salts = salts or found
            if found == salts:
                frames.append((number, offset + _FRAME_HEADER.size))
                if size:
                    end_of_commits = len(frames)
            offset += _FRAME_BYTES
    versions: dict[int, list[int]] = {}
    for number, place in frames[:end_of_commits]:
        versions.setdefault(number, []).append(place)
    return versions
