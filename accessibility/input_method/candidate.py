"""What the keyboard offers for typed letters or strokes."""

from dataclasses import dataclass

MOST_CANDIDATES = 60
"""Offered at once: ten pages of six. Who has not found a word by then looks for it in another way."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word to commit."""

    text: str
    length: int
    """How many typed characters it uses up, at least one; the rest stays typed."""
