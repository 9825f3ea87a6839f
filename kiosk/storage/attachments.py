"""Files of requests in their table: encrypted with everything else, until the centre has decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.attachment import MAXIMUM_ATTACHMENT_BYTES, MAXIMUM_ATTACHMENTS, Attachment
from kiosk.errors import AttachmentRefused
from kiosk.storage.rows import moment_text


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
        self.database.execute(
            "INSERT OR IGNORE INTO attachment (sha256, request_id, field, media_type, bytes, size, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                attachment.sha256,
                request_id,
                attachment.field,
                attachment.media_type,
                attachment.content,
                attachment.size,
                moment_text(at),
            ],
        )
        if self._count(request_id) > MAXIMUM_ATTACHMENTS:
            raise AttachmentRefused(f"more than {MAXIMUM_ATTACHMENTS} attachments")

    def of(self, request_id: str) -> tuple[Attachment, ...]:
        """The files of a request, in the order in which they came."""
        rows = self.database.execute(
            "SELECT field, media_type, bytes FROM attachment WHERE request_id = ? ORDER BY rowid",
            [request_id],
        ).fetchall()
        return tuple(Attachment(row[0], row[1], bytes(row[2])) for row in rows)

    def erase(self, request_id: str) -> None:
        """Forget the files of a request; ``secure_delete`` overwrites the pages."""
        self.database.execute("DELETE FROM attachment WHERE request_id = ?", [request_id])

    def _count(self, request_id: str) -> int:
        row = self.database.execute(
            "SELECT count(*) FROM attachment WHERE request_id = ?", [request_id]
        ).fetchone()
        return int(row[0])
