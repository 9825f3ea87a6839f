"""Templates of a version that stored them plain inside the encrypted database: sealed at the first start."""

import contextlib
import logging
import struct
from datetime import datetime

from sqlite_utils import Database

from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate
from kiosk.services.store import AuditEntry
from kiosk.services.template_seal import TemplateSeal
from kiosk.storage.audit_log import append_audit
from kiosk.storage.database import kiosk_errors
from kiosk.storage.face_templates import SqliteFaceTemplates
from sync.sqlcipher import EncryptedDatabase

_log = logging.getLogger(__name__)

_MAXIMUM_VECTORS = 16
_MAXIMUM_VECTOR_BYTES = 16 * 1024


def seal_plain_templates(encrypted: EncryptedDatabase, seal: TemplateSeal, at: datetime) -> None:
    """Seal every plain row and overwrite it, all in one transaction; a damaged one is dropped and said in the log.

    Raises:
        StorageError.
    """
    with kiosk_errors():
        # Only the very first start writes: a command may look while a kiosk is in the middle of a transaction.
        with encrypted.reading() as database:
            if not _has_plain(database):
                return
        with encrypted.transaction() as database:
            rows = database.execute(
                "SELECT resident_id, engine_id, vectors, enrolled_at FROM face_template_plain"
            ).fetchall()
            templates = SqliteFaceTemplates(database, seal)
            sealed = 0
            for resident_id, engine_id, vectors, enrolled_at in rows:
                with contextlib.suppress(TemplateUnusable, ValueError):
                    template = FaceTemplate(engine_id, _unpack_vectors(bytes(vectors)))
                    templates.put(resident_id, template, datetime.fromisoformat(enrolled_at))
                    sealed += 1
            database.execute("DELETE FROM face_template_plain")
            if rows:
                details = {"sealed": sealed, "damaged": len(rows) - sealed}
                append_audit(database, AuditEntry("templates.sealed", "", details), at)
        _log.info("templates sealed count=%d damaged=%d", sealed, len(rows) - sealed)


def _has_plain(database: Database) -> bool:
    return database.execute("SELECT 1 FROM face_template_plain LIMIT 1").fetchone() is not None


def _unpack_vectors(blob: bytes) -> tuple[bytes, ...]:
    vectors: list[bytes] = []
    place = 0
    while place < len(blob):
        header = blob[place : place + 4]
        if len(header) < 4 or len(vectors) >= _MAXIMUM_VECTORS:
            raise TemplateUnusable("face template row is damaged")
        (size,) = struct.unpack("<I", header)
        vector = blob[place + 4 : place + 4 + size]
        if not 0 < size <= _MAXIMUM_VECTOR_BYTES or len(vector) != size:
            raise TemplateUnusable("face template row is damaged")
        vectors.append(vector)
        place += 4 + size
    if not vectors:
        raise TemplateUnusable("face template row is empty")
    return tuple(vectors)
