"""Enrolled faces in their table, sealed."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate
from kiosk.services.template_seal import TemplateContent, TemplateSeal
from kiosk.services.template_store import EnrolledSince, TemplatePage
from kiosk.storage.template_rows import TemplateRows


@dataclass(frozen=True, slots=True)
class SqliteFaceTemplates:
    """Enrolled references."""

    database: Database
    seal: TemplateSeal

    @property
    def _rows(self) -> TemplateRows:
        return TemplateRows(self.database, self.seal, Modality.FACE)

    def find(self, resident_id: str) -> FaceTemplate | None:
        """The template of a resident, or None.

        Raises:
            TemplateUnusable: the row is damaged, or not of this machine.
        """
        return self._template(self._rows.read(resident_id))

    def anchor(self, resident_id: str) -> FaceTemplate | None:
        """The first enrolment, or None.

        Raises:
            TemplateUnusable: the row is damaged, or not of this machine.
        """
        return self._template(self._rows.read(resident_id, is_anchor=True))

    def since(self, resident_id: str) -> EnrolledSince | None:
        """When it was enrolled and last changed."""
        return self._rows.since(resident_id)

    def some_others(self, template: FaceTemplate, count: int) -> tuple[FaceTemplate, ...]:
        """A few templates of the same engine, drawn by chance, none of them this one."""
        found: list[FaceTemplate] = []
        for resident_id in self._rows.shuffled(template.engine_id):
            if len(found) >= count:
                break
            with contextlib.suppress(TemplateUnusable):
                other = self.find(resident_id)
                # What is sealed opens to the same vectors each time.
                if other is not None and other.vectors != template.vectors:
                    found.append(other)
        return tuple(found)

    def engine_ids(self) -> frozenset[str]:
        """The engines that made the stored templates."""
        rows = self.database.execute("SELECT DISTINCT engine_id FROM face_template")
        return frozenset(row[0] for row in rows)

    def page(self, engine_id: str, after: str, count: int) -> TemplatePage:
        """Some of the templates of an engine, by resident."""
        names = self._rows.residents(engine_id, after=after, count=count)
        found: list[tuple[str, FaceTemplate]] = []
        for resident_id in names:
            with contextlib.suppress(TemplateUnusable):
                template = self.find(resident_id)
                if template is not None:
                    found.append((resident_id, template))
        return TemplatePage(tuple(found), names[-1] if len(names) == count else None)

    def put(self, resident_id: str, template: FaceTemplate, at: datetime) -> None:
        """Enrol: store a template, also as the first enrolment; all that was there goes.

        Raises:
            TemplateUnusable: these are no embeddings.
        """
        content = TemplateContent(template.vectors)
        self._rows.put(resident_id, template.engine_id, content, at)

    def change(self, resident_id: str, template: FaceTemplate, at: datetime) -> None:
        """Replace what is compared; the first enrolment stays."""
        content = TemplateContent(template.vectors)
        self._rows.change(resident_id, template.engine_id, content, at)

    def erase(self, resident_id: str) -> bool:
        """Delete a template; whether there was one."""
        return self._rows.erase(resident_id)

    def _template(self, read: tuple[str, TemplateContent] | None) -> FaceTemplate | None:
        return FaceTemplate(read[0], read[1].vectors) if read else None
