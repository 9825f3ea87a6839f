"""What a roster or local service shows at its end, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class AnswerSheet:
    """An answer that is shown, read out and printed; never without the date that it holds for."""

    lines: tuple[tuple[str, str], ...]
    """Label and value."""
    as_of: str
    """截至 2026年11月23日, or 估算 with the date of its rules."""
    figure_label: str = ""
    figure: str = ""
    """The one number that matters most; may be empty."""
