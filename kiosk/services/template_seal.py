"""What storage needs to keep a biometric template unreadable; ``kiosk.identity`` implements it."""

from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TemplateUnusable


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """Whose template it is and what it is for: a sealed template opens in its own place only."""

    resident_id: str
    modality: Modality
    engine_id: str
    is_anchor: bool = False
    """The first enrolment, which updates never change."""


@dataclass(frozen=True, slots=True)
class TemplateContent:
    """What is sealed."""

    vectors: tuple[bytes, ...]
    """One little-endian float32 embedding for each enrolled sample, all of one length."""
    note: bytes = b""
    """What else must not be changed unnoticed: at most 64 bytes."""


class TemplateSeal(Protocol):
    """Protects templates with the keys of this machine."""

    def seal(self, place: TemplatePlace, content: TemplateContent) -> bytes:
        """Protect: each time under a fresh rotation, so that two results of the same template have nothing in common.

        Raises:
            TemplateUnusable: these are no embeddings.
        """

    def open(self, place: TemplatePlace, sealed: bytes) -> TemplateContent:
        """The content, as far as eight bits tell it; the same bytes give the same content.

        Raises:
            TemplateUnusable: damaged, of another person, engine, machine or version.
        """


class NoTemplateSeal:
    """Of a store that keeps no templates, such as that of a practice."""

    def seal(self, place: TemplatePlace, content: TemplateContent) -> bytes:
        """Refuse: nothing is ever stored unprotected."""
        del place, content
        raise TemplateUnusable("this store keeps no templates")

    def open(self, place: TemplatePlace, sealed: bytes) -> TemplateContent:
        """There is no key."""
        del place, sealed
        raise TemplateUnusable("this store opens no templates")
