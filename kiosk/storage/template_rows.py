"""Sealed templates in a table of their own: rows by resident, opened by this machine's keys only."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TemplateUnusable
from kiosk.services.template_seal import TemplateContent, TemplatePlace, TemplateSeal
from kiosk.services.template_store import EnrolledSince
from kiosk.storage.rows import moment_text

_TABLES = {Modality.FACE: "face_template", Modality.VOICE: "voice_template"}


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening some templates showed."""

    count: int
    """How many there are."""
    tried: int
    unusable: int


@dataclass(frozen=True, slots=True)
class TemplateRows:
    """The table of one modality. What is compared and the first enrolment are sealed apart."""

    database: Database
    seal: TemplateSeal
    modality: Modality

    @property
    def _table(self) -> str:
        return _TABLES[self.modality]

    def read(
        self, resident_id: str, *, is_anchor: bool = False
    ) -> tuple[str, TemplateContent] | None:
        """Engine and content, or None.

        Raises:
            TemplateUnusable.
        """
        column = "anchor" if is_anchor else "sealed"
        row = self.database.execute(
            f"SELECT engine_id, {column} FROM {self._table} WHERE resident_id = ?",  # noqa: S608
            [resident_id],
        ).fetchone()
        if row is None:
            return None
        place = TemplatePlace(resident_id, self.modality, row[0], is_anchor)
        return row[0], self.seal.open(place, bytes(row[1]))

    def since(self, resident_id: str) -> EnrolledSince | None:
        """When it was enrolled and last changed."""
        row = self.database.execute(
            f"SELECT engine_id, enrolled_at, changed_at FROM {self._table} WHERE resident_id = ?",  # noqa: S608
            [resident_id],
        ).fetchone()
        if row is None:
            return None
        return EnrolledSince(row[0], datetime.fromisoformat(row[1]), datetime.fromisoformat(row[2]))

    def put(self, resident_id: str, engine_id: str, content: TemplateContent, at: datetime) -> None:
        """Enrol: all that was there goes.

        Raises:
            TemplateUnusable: these are no embeddings.
        """
        sealed, anchor = (
            self.seal.seal(TemplatePlace(resident_id, self.modality, engine_id, is_anchor), content)
            for is_anchor in (False, True)
        )
        moment = moment_text(at)
        self.database.execute(
            f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
            [resident_id, engine_id, sealed, anchor, moment, moment],
        )

    def change(
        self, resident_id: str, engine_id: str, content: TemplateContent, at: datetime
    ) -> None:
        """Replace what is compared; the first enrolment stays."""
        sealed = self.seal.seal(TemplatePlace(resident_id, self.modality, engine_id), content)
        self.database.execute(
            f"UPDATE {self._table} SET sealed = ?, changed_at = ? WHERE resident_id = ? AND engine_id = ?",  # noqa: S608
            [sealed, moment_text(at), resident_id, engine_id],
        )

    def renew(self, resident_id: str) -> None:
        """Seal both parts anew, under fresh rotations; dates stay.

        Raises:
            TemplateUnusable: they cannot be opened here; nothing is changed.
        """
        row = self.database.execute(
            f"SELECT engine_id, sealed, anchor FROM {self._table} WHERE resident_id = ?",  # noqa: S608
            [resident_id],
        ).fetchone()
        if row is None:
            return
        fresh = []
        for is_anchor, sealed in enumerate(row[1:]):
            place = TemplatePlace(resident_id, self.modality, row[0], bool(is_anchor))
            fresh.append(self.seal.seal(place, self.seal.open(place, bytes(sealed))))
        self.database.execute(
            f"UPDATE {self._table} SET sealed = ?, anchor = ? WHERE resident_id = ?",  # noqa: S608
            [*fresh, resident_id],
        )

    def residents(self, engine_id: str | None, *, after: str = "", count: int = -1) -> list[str]:
        """Whose templates there are, of one engine or of all, in order."""
        rows = self.database.execute(
            f"SELECT resident_id FROM {self._table} WHERE (? IS NULL OR engine_id = ?) "  # noqa: S608
            "AND resident_id > ? ORDER BY resident_id LIMIT ?",
            [engine_id, engine_id, after, count],
        )
        return [row[0] for row in rows]

    def shuffled(self, engine_id: str) -> list[str]:
        """The same of one engine, in a new order each time."""
        rows = self.database.execute(
            f"SELECT resident_id FROM {self._table} WHERE engine_id = ? ORDER BY random()",  # noqa: S608
            [engine_id],
        )
        return [row[0] for row in rows]

    def tried(self, most: int) -> Opened:
        """Open some, drawn by chance."""
        (count,) = self.database.execute(f"SELECT count(*) FROM {self._table}").fetchone()  # noqa: S608
        names = self.database.execute(
            f"SELECT resident_id FROM {self._table} ORDER BY random() LIMIT ?",  # noqa: S608
            [most],
        ).fetchall()
        unusable = 0
        for (resident_id,) in names:
            try:
                self.read(resident_id)
            except TemplateUnusable:
                unusable += 1
        return Opened(int(count), len(names), unusable)

    def erase(self, resident_id: str) -> bool:
        """Delete; whether there was one. ``secure_delete`` overwrites the pages."""
        cursor = self.database.execute(
            f"DELETE FROM {self._table} WHERE resident_id = ?",  # noqa: S608
            [resident_id],
        )
        return bool(cursor.rowcount)
