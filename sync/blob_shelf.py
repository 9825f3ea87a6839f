"""Files on the device: sealed once, stored once however many requests name them, gone when nobody needs them.

A file leaves the table only when no request may open it any more **and** the centre has signed that it holds the
whole of it, or that it has erased every event that names it, or when it is older than any promise (``erase_older``).
``secret`` opens it and goes with it.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from sync.blob_cipher import (
    SEALED_CHUNK_BYTES,
    SECRET_BYTES,
    blob_name,
    open_file,
    seal_file,
    sealed_size,
)
from sync.errors import BlobDamaged
from sync.events import iso_utc


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A file as its row names it; never its content."""

    blob_no: int
    name: str
    """On the wire."""
    sha256: str
    """Of the plain file."""
    size: int
    """Plain bytes."""
    secret: bytes

    @property
    def sealed_bytes(self) -> int:
        """What there is to send."""
        return sealed_size(self.size)

    def __repr__(self) -> str:
        return f"StoredBlob({self.name[:12]}, {self.size} bytes)"


_COLUMNS = "blob_no, name, sha256, size, secret"
_IS_RELEASED = (
    "NOT EXISTS (SELECT 1 FROM blob_claim WHERE blob_claim.blob_no = blob.blob_no AND is_kept = 1)"
)
# The centre had and erased an event that is gone, and says that it will not take it again.
_IS_OPEN = """EXISTS (SELECT 1 FROM blob_claim LEFT JOIN outbox ON outbox.id = event_id
    WHERE blob_claim.blob_no = blob.blob_no
    AND (coalesce(outbox.state, '') <> 'parked' OR outbox.park_reason <> 'gone'))"""


@dataclass(frozen=True, slots=True)
class BlobShelf:
    """Works in the transaction that is open on its database."""

    database: Database

    def put(self, event_id: str, content: bytes, media_type: str, at: datetime) -> StoredBlob:
        """Keep a file for an event; one that is here already is not written again.

        Raises:
            ValueError: the file is empty.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        blob = self.find(sha256)
        if blob is None:
            blob = self._write(sha256, content, at)
        self.claim(event_id, blob, media_type)
        return blob

    def claim(self, event_id: str, blob: StoredBlob, media_type: str) -> None:
        """Let one more event name a file."""
        self.database.execute(
            "INSERT INTO blob_claim (event_id, blob_no, media_type) VALUES (?, ?, ?) "
            "ON CONFLICT (event_id, blob_no) DO UPDATE SET is_kept = 1",
            [event_id, blob.blob_no, media_type],
        )
        # The centre may have let go of what it once held: it is asked again, which costs no upload.
        self.database.execute(
            "UPDATE blob SET state = 'queued', held = 0, settled_at = NULL WHERE blob_no = ? AND state = 'delivered'",
            [blob.blob_no],
        )

    def find(self, sha256: str) -> StoredBlob | None:
        """The file of a digest."""
        row = self.database.execute(
            f"SELECT {_COLUMNS} FROM blob WHERE sha256 = ?",  # noqa: S608 (constants only)
            [sha256],
        ).fetchone()
        return StoredBlob(*row) if row else None

    def content(self, blob: StoredBlob) -> bytes:
        """The plain file.

        Raises:
            BlobDamaged: what is stored is not what was kept.
        """
        rows = self.database.execute(
            "SELECT sealed FROM blob_chunk WHERE blob_no = ? ORDER BY number", [blob.blob_no]
        ).fetchall()
        sealed = b"".join(row[0] for row in rows)
        return open_file(blob.secret, blob.sha256, blob.size, sealed)

    def piece(self, blob: StoredBlob, offset: int, length: int) -> bytes:
        """Sealed bytes from ``offset``, at most ``length``, fewer at the end.

        Raises:
            BlobDamaged: a chunk is not there.
        """
        end = min(offset + length, blob.sealed_bytes)
        first = offset // SEALED_CHUNK_BYTES
        rows = self.database.execute(
            "SELECT sealed FROM blob_chunk WHERE blob_no = ? AND number BETWEEN ? AND ? ORDER BY number",
            [blob.blob_no, first, max(end - 1, offset) // SEALED_CHUNK_BYTES],
        ).fetchall()
        start = offset - first * SEALED_CHUNK_BYTES
        found = b"".join(row[0] for row in rows)[start : start + end - offset]
        if len(found) != end - offset:
            raise BlobDamaged("a chunk of the file is not here")
        return found

    def release(self, event_id: str) -> None:
        """No one will open an event's files here any more; what the centre holds, or will never take, is erased now."""
        self.database.execute("UPDATE blob_claim SET is_kept = 0 WHERE event_id = ?", [event_id])
        self._sweep("blob_no IN (SELECT blob_no FROM blob_claim WHERE event_id = ?)", [event_id])

    def delivered(self, name: str, at: datetime) -> bool:
        """The centre has signed that it holds the whole file. Returns whether this changed anything.

        Also for one that was parked: it may have come by another path.
        """
        cursor = self.database.execute(
            "UPDATE blob SET state = 'delivered', settled_at = ?, last_error_code = '' "
            "WHERE name = ? AND state <> 'delivered'",
            [iso_utc(at), name],
        )
        self._sweep("name = ?", [name])
        return cursor.rowcount == 1

    def erase_older(self, before: datetime) -> int:
        """Erase what the centre has wanted since then, and nobody can open any more, and what was idle since then.

        Args:
            before: by the centre's clock: this machine's may stand anywhere.
        Returns:
            how many files that were.
        """
        moment = iso_utc(before)
        unwanted = f"(asked_at < ? AND {_IS_RELEASED}) OR idle_since < ?"
        return self._erase(unwanted, [moment, moment])

    def _write(self, sha256: str, content: bytes, at: datetime) -> StoredBlob:
        secret = os.urandom(SECRET_BYTES)
        name = blob_name(secret, sha256)
        cursor = self.database.execute(
            "INSERT INTO blob (name, sha256, size, secret, created_at) VALUES (?, ?, ?, ?, ?)",
            [name, sha256, len(content), secret, iso_utc(at)],
        )
        blob = StoredBlob(int(cursor.lastrowid or 0), name, sha256, len(content), secret)
        for number, sealed in enumerate(seal_file(secret, content)):
            self.database.execute(
                "INSERT INTO blob_chunk VALUES (?, ?, ?)", [blob.blob_no, number, sealed]
            )
        return blob

    def _sweep(self, which: str, values: Sequence[object]) -> None:
        self._erase(
            f"{which} AND {_IS_RELEASED} AND (state = 'delivered' OR NOT {_IS_OPEN})", values
        )

    def _erase(self, which: str, values: Sequence[object]) -> int:
        found = self.database.execute(
            f"SELECT blob_no FROM blob WHERE {which}",  # noqa: S608 (constants only)
            list(values),
        ).fetchall()
        for (blob_no,) in found:
            for table in ("blob_chunk", "blob_claim", "blob"):
                self.database.execute(f"DELETE FROM {table} WHERE blob_no = ?", [blob_no])  # noqa: S608
        return len(found)
