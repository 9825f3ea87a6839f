"""What the use cases need of stored templates. ``kiosk.storage`` implements it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from kiosk.services.ports import FaceTemplate, VoiceTemplate


@dataclass(frozen=True, slots=True)
class EnrolledSince:
    """How old a template is."""

    engine_id: str
    enrolled_at: datetime
    """The first enrolment; aware, UTC."""
    changed_at: datetime
    """The newest update, or the enrolment."""


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """Some of many templates."""

    templates: tuple[tuple[str, FaceTemplate], ...]
    """With the resident."""
    next_after: str | None
    """Where the next page begins; None at the end."""


Template = TypeVar("Template", FaceTemplate, VoiceTemplate)


class Templates(Protocol[Template]):
    """Enrolled references of one kind; they never leave the device."""

    def find(self, resident_id: str) -> Template | None:
        """The template of a resident, or None.

        Raises:
            TemplateUnusable: the stored row is damaged, or sealed by another machine.
        """

    def anchor(self, resident_id: str) -> Template | None:
        """The first enrolment, which updates leave as it is, or None.

        Raises:
            TemplateUnusable: see ``find``.
        """

    def since(self, resident_id: str) -> EnrolledSince | None:
        """When it was enrolled and last changed, or None."""

    def put(self, resident_id: str, template: Template, at: datetime) -> None:
        """Enrol: store a template, also as the first enrolment; all that was there goes.

        Raises:
            TemplateUnusable: its vectors are no embeddings.
        """

    def change(self, resident_id: str, template: Template, at: datetime) -> None:
        """Replace what is compared; the first enrolment stays."""

    def erase(self, resident_id: str) -> bool:
        """Delete a template; whether there was one."""


VoiceTemplates: TypeAlias = Templates[VoiceTemplate]


class FaceTemplates(Templates[FaceTemplate], Protocol):
    """Faces are also searched among many."""

    def some_others(self, template: FaceTemplate, count: int) -> tuple[FaceTemplate, ...]:
        """A few templates of the same engine, drawn by chance, none of them this one; damaged ones are left out."""

    def engine_ids(self) -> frozenset[str]:
        """The engines that made the stored templates."""

    def page(self, engine_id: str, after: str, count: int) -> TemplatePage:
        """Some of the templates of an engine, by resident; damaged ones are left out.

        Args:
            after: the resident that the page before ended with; empty for the first page.
        """
