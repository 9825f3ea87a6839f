"""All that was not delivered yet in one file, for support and for the day when the machine does not start any more.

    "XLQUEUE1" LF | for each item: length (4 bytes, big-endian), item | length 0 | SHA-256 of all before (32 bytes)

The items are the very bytes that would be sent, sealed to the centre: whoever finds the file learns nothing but how
much waits. Items that a kiosk without the centre's keys queued are signed and not sealed; they stay out.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sync.courier.errors import MediumUnusable
from sync.courier.medium import Folder
from sync.envelope import is_sealed
from sync.errors import RejectedItem
from sync.item import MAXIMUM_ITEM_BYTES
from sync.sqlcipher import EncryptedDatabase

MAGIC = b"XLQUEUE1\n"
_LENGTH = struct.Struct(">I")
_PAGE = 200


@dataclass(slots=True)
class QueueExport:
    """What a file holds."""

    count: int = 0
    unsealed: int = 0
    """Items that wait and were left out, because they are not sealed."""
    size: int = 0
    sha256: str = ""
    """Of the whole file, 64 hexadecimal digits."""


def write_queue(
    database: EncryptedDatabase,
    folder: Folder,
    name: str,
    progress: Callable[[int], None] = lambda _count: None,
) -> QueueExport:
    """Write a file that is whole or not there, mode 0600, read back from the medium before it gets its name.

    Args:
        progress: told after each page how many more items were written.
    Raises:
        MediumUnusable: something of that name is there already, or it is no name for a file.
        MediumError: the medium is full, gone, write-protected or damaged; nothing of ours is left on it.
        DatabaseError: the queue cannot be read.
    """
    if folder.has(name):
        raise MediumUnusable("there is something of that name already")
    done = QueueExport()
    part = f".{name}.part"
    folder.remove_file(part)
    try:
        written = folder.write_new(part, _pieces(database, done, progress))
        folder.verify(part, written)
        folder.rename_child(part, name)
    except BaseException:
        folder.try_to_remove_file(part)
        raise
    done.size, done.sha256 = written.size, written.sha256
    return done


def read_queue(file: BinaryIO) -> Iterator[bytes]:
    """The items of a file, one at a time; only at the end is it known that none was changed.

    Raises:
        RejectedItem: not such a file, cut short, or changed.
    """
    digest = hashlib.sha256(_exactly(file, len(MAGIC)))
    if digest.digest() != hashlib.sha256(MAGIC).digest():
        raise RejectedItem("not a file of a queue")
    while True:
        frame = _exactly(file, _LENGTH.size)
        digest.update(frame)
        (length,) = _LENGTH.unpack(frame)
        if length == 0:
            break
        if length > MAXIMUM_ITEM_BYTES:
            raise RejectedItem("item length is out of bounds")
        item = _exactly(file, length)
        digest.update(item)
        yield item
    if _exactly(file, 32) != digest.digest() or file.read(1):
        raise RejectedItem("the file was changed")


def _pieces(
    database: EncryptedDatabase, done: QueueExport, progress: Callable[[int], None]
) -> Iterator[bytes]:
    digest = hashlib.sha256(MAGIC)
    yield MAGIC
    seq = 0
    while True:
        # A page at a time: residents are served meanwhile, and the memory stays flat.
        with database.reading() as raw:
            rows = raw.execute(
                """SELECT seq, item FROM outbox WHERE state <> 'acknowledged' AND seq > ?
                ORDER BY seq LIMIT ?""",
                [seq, _PAGE],
            ).fetchall()
        if not rows:
            break
        seq = rows[-1][0]
        sealed = [bytes(item) for _, item in rows if is_sealed(item)]
        page = b"".join(_LENGTH.pack(len(item)) + item for item in sealed)
        done.count += len(sealed)
        done.unsealed += len(rows) - len(sealed)
        digest.update(page)
        yield page
        progress(len(rows))
    end = _LENGTH.pack(0)
    digest.update(end)
    yield end + digest.digest()


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise RejectedItem("the file is cut short")
    return data
