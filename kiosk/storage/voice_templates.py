"""Enrolled voices in their table, sealed."""

import struct
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TemplateUnusable
from kiosk.services.ports import VoiceTemplate
from kiosk.services.template_seal import TemplateContent, TemplateSeal
from kiosk.services.template_store import EnrolledSince
from kiosk.storage.template_rows import TemplateRows

_NOTE = struct.Struct("<Hd")
"""Phrases, and seconds of speech."""


@dataclass(frozen=True, slots=True)
class SqliteVoiceTemplates:
    """Enrolled references."""

    database: Database
    seal: TemplateSeal

    @property
    def _rows(self) -> TemplateRows:
        return TemplateRows(self.database, self.seal, Modality.VOICE)

    def find(self, resident_id: str) -> VoiceTemplate | None:
        """The template of a resident, or None.

        Raises:
            TemplateUnusable: the row is damaged, or not of this machine.
        """
        return _template(self._rows.read(resident_id))

    def anchor(self, resident_id: str) -> VoiceTemplate | None:
        """The first enrolment, or None.

        Raises:
            TemplateUnusable: the row is damaged, or not of this machine.
        """
        return _template(self._rows.read(resident_id, is_anchor=True))

    def since(self, resident_id: str) -> EnrolledSince | None:
        """When it was enrolled and last changed."""
        return self._rows.since(resident_id)

    def put(self, resident_id: str, template: VoiceTemplate, at: datetime) -> None:
        """Enrol: store a template, also as the first enrolment; all that was there goes.

        Raises:
            TemplateUnusable: this is no embedding.
        """
        self._rows.put(resident_id, template.engine_id, _content(template), at)

    def change(self, resident_id: str, template: VoiceTemplate, at: datetime) -> None:
        """Replace what is compared; the first enrolment stays."""
        self._rows.change(resident_id, template.engine_id, _content(template), at)

    def erase(self, resident_id: str) -> bool:
        """Delete a template; whether there was one."""
        return self._rows.erase(resident_id)


def _content(template: VoiceTemplate) -> TemplateContent:
    return TemplateContent((template.vector,), _NOTE.pack(template.phrases, template.speech_s))


def _template(read: tuple[str, TemplateContent] | None) -> VoiceTemplate | None:
    if read is None:
        return None
    engine_id, content = read
    if len(content.vectors) != 1 or len(content.note) != _NOTE.size:
        raise TemplateUnusable("the voice template is none")
    phrases, speech_s = _NOTE.unpack(content.note)
    return VoiceTemplate(engine_id, content.vectors[0], phrases, speech_s)
