"""Files of requests: named here by question, kept as sealed chunks on the ``BlobShelf`` until they are decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.attachment import MAXIMUM_ATTACHMENT_BYTES, MAXIMUM_ATTACHMENTS, Attachment
from kiosk.errors import AttachmentRefused, StorageDamaged
from kiosk.storage.rows import moment_text
from sync.blob_shelf import BlobShelf
from sync.errors import BlobDamaged
from sync.events import AttachmentRef


@dataclass(frozen=True, slots=True)
class SqliteAttachments:
    """The attachments of the requests that this kiosk accepted."""

    database: Database

    def add(self, request_id: str, attachment: Attachment, at: datetime) -> None:
        """Keep a file; the same file for the same question twice is one.

        Raises:
            AttachmentRefused: empty, too large, or one more than a request may have.
        """
        if not 0 < attachment.size <= MAXIMUM_ATTACHMENT_BYTES:
            raise AttachmentRefused(f"an attachment of {attachment.size} bytes")
        shelf = BlobShelf(self.database)
        blob = shelf.put(request_id, attachment.content, attachment.media_type, at)
        self.database.execute(
            "INSERT OR IGNORE INTO attachment (sha256, request_id, field, media_type, size, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                blob.sha256,
                request_id,
                attachment.field,
                attachment.media_type,
                blob.size,
                moment_text(at),
            ],
        )
        if self._count(request_id) > MAXIMUM_ATTACHMENTS:
            raise AttachmentRefused(f"more than {MAXIMUM_ATTACHMENTS} attachments")

    def of(self, request_id: str) -> tuple[Attachment, ...]:
        """The files of a request, in the order in which they came; one that was erased by its age is left out.

        Raises:
            StorageDamaged: one is not as it was kept.
        """
        rows = self.database.execute(
            "SELECT field, attachment.media_type, sha256 FROM attachment JOIN blob USING (sha256) "
            "WHERE request_id = ? ORDER BY attachment.rowid",
            [request_id],
        ).fetchall()
        return tuple(Attachment(row[0], row[1], self._content(row[2])) for row in rows)

    def refs(self, request_id: str) -> tuple[AttachmentRef, ...]:
        """What the centre must know to open the files of a request, each file once, in the order in which they came."""
        rows = self.database.execute(
            "SELECT sha256, blob.size, min(media_type), secret FROM attachment JOIN blob USING (sha256) "
            "WHERE request_id = ? GROUP BY sha256 ORDER BY min(attachment.rowid)",
            [request_id],
        ).fetchall()
        return tuple(AttachmentRef(row[0], row[1], row[2], bytes(row[3])) for row in rows)

    def erase(self, request_id: str) -> None:
        """Forget the files of a request; ``secure_delete`` overwrites the pages.

        One that the centre does not hold yet is no longer shown here, and its chunks go when it does.
        """
        self.database.execute("DELETE FROM attachment WHERE request_id = ?", [request_id])
        BlobShelf(self.database).release(request_id)

    def _content(self, sha256: str) -> bytes:
        shelf = BlobShelf(self.database)
        blob = shelf.find(sha256)
        if blob is None:
            raise StorageDamaged("an attachment is not here")
        try:
            return shelf.content(blob)
        except BlobDamaged as error:
            raise StorageDamaged("an attachment cannot be opened") from error

    def _count(self, request_id: str) -> int:
        row = self.database.execute(
            "SELECT count(*) FROM attachment WHERE request_id = ?", [request_id]
        ).fetchone()
        return int(row[0])
