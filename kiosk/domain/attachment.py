"""A picture that belongs to a request: a bank card's page, an invoice, two people together."""

import hashlib
from dataclasses import dataclass

MAXIMUM_ATTACHMENT_BYTES = 400 * 1024
"""One picture; at 9.6 kbit/s it takes about six minutes to send."""

MAXIMUM_ATTACHMENTS = 20
"""Of one request."""


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """One file, as a question of the form asked for it. Its ``repr`` shows neither content nor digest."""

    field: str
    """The question that it answers."""
    media_type: str
    """Such as ``image/jpeg``."""
    content: bytes

    @property
    def sha256(self) -> str:
        """What the request names it by: 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def __repr__(self) -> str:
        return f"Attachment({self.field}, {self.media_type}, {self.size} bytes)"
