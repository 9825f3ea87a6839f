"""Attachments in a bundle: their sealed chunks as they lie in the table, named by what tells nothing of them.

A chunk's record is the file's name on the wire (32 bytes), the offset of its sealed bytes (8, big-endian), and these.
"""

import logging
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlite_utils import Database

from sync.blob_cipher import SEALED_CHUNK_BYTES
from sync.blob_shelf import BlobShelf, StoredBlob
from sync.courier.errors import BundleRefused
from sync.courier.manifest import MAXIMUM_PARTS
from sync.courier.records import RECORD_OVERHEAD, Record, RecordKind
from sync.errors import BlobDamaged
from sync.sqlcipher import EncryptedDatabase

logger = logging.getLogger(__name__)

_HEAD = struct.Struct(">32sQ")
_PER_CHUNK = RECORD_OVERHEAD + _HEAD.size

# Only an event that is at the centre, or goes in this very bundle, and that is sealed, declares its files there.
_OPEN = """SELECT blob_no, name, sha256, size, secret FROM blob
    WHERE state = 'queued'
    AND EXISTS (SELECT 1 FROM blob_claim LEFT JOIN outbox ON outbox.id = blob_claim.event_id
        WHERE blob_claim.blob_no = blob.blob_no AND coalesce(outbox.state, 'acknowledged') <> 'parked'
        AND coalesce(outbox.seal, '') <> 'none')
    AND (:all OR NOT EXISTS (
        SELECT 1 FROM courier_bundle JOIN courier_custody USING (bundle), json_each(files) AS carried
        WHERE arrived_at IS NULL AND carried.value = blob.blob_no))
    ORDER BY size, blob_no"""


Cost = Callable[[Iterable["FilePart"]], int]
"""What parts take on the medium, in bytes."""


@dataclass(frozen=True, slots=True)
class ChunkContent:
    """What a chunk's record says."""

    name: str
    """Of the file on the wire, 64 hexadecimal digits."""
    offset: int
    """Of the sealed bytes in the file."""
    sealed: bytes

    @classmethod
    def read(cls, content: bytes) -> "ChunkContent":
        """Take a record apart.

        Raises:
            BundleRefused: cut short.
        """
        if len(content) <= _HEAD.size:
            raise BundleRefused("malformed", "a chunk without content")
        name, offset = _HEAD.unpack_from(content)
        return cls(name.hex(), offset, content[_HEAD.size :])

    def record(self) -> Record:
        """As it stands in a part."""
        head = _HEAD.pack(bytes.fromhex(self.name), self.offset)
        return Record(RecordKind.CHUNK, head + self.sealed)


@dataclass(frozen=True, slots=True)
class FileSpan:
    """Some chunks of a file."""

    blob: StoredBlob
    first: int
    last: int


@dataclass(slots=True)
class FilePart:
    """The chunks of one part."""

    spans: list[FileSpan] = field(default_factory=list)
    plain_bytes: int = 0


def open_files(database: Database, *, only_new: bool) -> list[StoredBlob]:
    """What waits, the smallest first.

    Args:
        only_new: leave out what a van carries already.
    """
    rows = database.execute(_OPEN, {"all": not only_new}).fetchall()
    return [StoredBlob(*row) for row in rows]


def file_parts(files: Iterable[StoredBlob], part_bytes: int) -> Iterator[FilePart]:
    """Cut files into parts; a file may go on in the next."""
    part = FilePart()
    for blob in files:
        first = 0
        chunks = -(-blob.sealed_bytes // SEALED_CHUNK_BYTES)
        while first < chunks:
            room = max(0, part_bytes - part.plain_bytes) // (SEALED_CHUNK_BYTES + _PER_CHUNK)
            if not room and part.spans:
                yield part
                part = FilePart()
                continue
            last = min(chunks, first + max(1, room)) - 1
            part.spans.append(FileSpan(blob, first, last))
            part.plain_bytes += _plain_bytes(blob, first, last)
            first = last + 1
    if part.spans:
        yield part


def fitting_files(
    files: list[StoredBlob], part_bytes: int, parts: int, budget: int | None, cost: Cost
) -> tuple[list[FilePart], list[StoredBlob]]:
    """As many whole files as fit, the smallest first.

    Args:
        parts: that the bundle has already.
        budget: bytes that are left on the medium; None takes all.
        cost: what parts of so many plain bytes take there.
    Returns:
        their parts, and the files in them.
    """
    low, high = 0, len(files)
    while low < high:
        middle = (low + high + 1) // 2
        cut = list(file_parts(files[:middle], part_bytes))
        is_fitting = parts + len(cut) <= MAXIMUM_PARTS and (budget is None or cost(cut) <= budget)
        low, high = (middle, high) if is_fitting else (low, middle - 1)
    return list(file_parts(files[:low], part_bytes)), files[:low]


def chunk_records(encrypted: EncryptedDatabase, part: FilePart) -> Iterator[Record]:
    """The records of a part, one short look into the database for each."""
    for span in part.spans:
        for number in range(span.first, span.last + 1):
            offset = number * SEALED_CHUNK_BYTES
            with encrypted.reading() as database:
                shelf = BlobShelf(database)
                if shelf.find(span.blob.sha256) is None:
                    break  # settled and erased since the plan was made
                try:
                    sealed = shelf.piece(span.blob, offset, SEALED_CHUNK_BYTES)
                except BlobDamaged:
                    # One file that the disk damaged must not keep all the others here.
                    logger.error("file %s cannot be carried: damaged", span.blob.name[:12])  # noqa: TRY400
                    break
            yield ChunkContent(span.blob.name, offset, sealed).record()


def _plain_bytes(blob: StoredBlob, first: int, last: int) -> int:
    end = min(blob.sealed_bytes, (last + 1) * SEALED_CHUNK_BYTES)
    return end - first * SEALED_CHUNK_BYTES + (last - first + 1) * _PER_CHUNK
