"""Photos of papers: the request holds references, the pictures are stored beside it."""

import re
from collections.abc import Sequence

from kiosk.domain.fields.base import FieldFault

TYPE = "photo"
_REFERENCE = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII
)
"""A SHA-256 or a UUID, lower case: never a path."""


def check_photo_reference(text: str) -> str:
    """Check the reference of one stored photo.

    Raises:
        FieldFault: none, or something else.
    """
    if not text:
        raise FieldFault(TYPE, "empty")
    if len(text) > 64 or not _REFERENCE.fullmatch(text):
        raise FieldFault(TYPE, "unknown")
    return text


def check_photos(references: Sequence[str], minimum: int, maximum: int) -> list[str]:
    """Check the references of all photos of one kind; the same photo twice counts once.

    Raises:
        FieldFault: too few, too many, or something that is no reference.
    """
    if len(references) > 2 * maximum:
        raise FieldFault(TYPE, "too_many", limit=str(maximum))
    photos = list(dict.fromkeys(check_photo_reference(text) for text in references))
    if len(photos) < minimum:
        raise FieldFault(TYPE, "too_few", limit=str(minimum))
    if len(photos) > maximum:
        raise FieldFault(TYPE, "too_many", limit=str(maximum))
    return photos
