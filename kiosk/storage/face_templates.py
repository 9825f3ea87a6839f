"""Enrolled faces in their table."""

import contextlib
import struct
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate
from kiosk.storage.rows import moment_text

_MAXIMUM_VECTORS = 16
_MAXIMUM_VECTOR_BYTES = 16 * 1024


def _pack_vectors(vectors: tuple[bytes, ...]) -> bytes:
    return b"".join(struct.pack("<I", len(vector)) + vector for vector in vectors)


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


@dataclass(frozen=True, slots=True)
class SqliteFaceTemplates:
    """Enrolled references."""

    database: Database

    def find(self, resident_id: str) -> FaceTemplate | None:
        """The template of a resident, or None.

        Raises:
            TemplateUnusable: the row is damaged.
        """
        row = self.database.execute(
            "SELECT engine_id, vectors FROM face_template WHERE resident_id = ?", [resident_id]
        ).fetchone()
        return FaceTemplate(row[0], _unpack_vectors(row[1])) if row else None

    def some_others(self, template: FaceTemplate, count: int) -> tuple[FaceTemplate, ...]:
        """A few templates of the same engine, drawn by chance, none of them this one."""
        rows = self.database.execute(
            "SELECT vectors FROM face_template WHERE engine_id = ? AND vectors <> ? ORDER BY random() LIMIT ?",
            [template.engine_id, _pack_vectors(template.vectors), count],
        )
        found = []
        for (vectors,) in rows:
            with contextlib.suppress(TemplateUnusable):
                found.append(FaceTemplate(template.engine_id, _unpack_vectors(vectors)))
        return tuple(found)

    def put(self, resident_id: str, template: FaceTemplate, at: datetime) -> None:
        """Store or replace a template."""
        self.database.execute(
            "INSERT OR REPLACE INTO face_template VALUES (?, ?, ?, ?)",
            [resident_id, template.engine_id, _pack_vectors(template.vectors), moment_text(at)],
        )

    def erase(self, resident_id: str) -> None:
        """Delete a template."""
        self.database.execute("DELETE FROM face_template WHERE resident_id = ?", [resident_id])
