"""What the view models of all pages share."""

from dataclasses import dataclass, field
from typing import ClassVar

from accessibility.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Progress:
    """第 n 步,共 m 步."""

    step: int
    of: int


@dataclass(frozen=True, slots=True)
class PageModel:
    """What every page has."""

    page_id: ClassVar[str] = ""
    idle_timeout_s: ClassVar[float] = 90.0
    """Plain questions 90 s; typing and card pages 180 s; 0 never times out."""

    prompt: Prompt
    progress: Progress | None = field(default=None, kw_only=True)
    can_go_back: bool = field(default=True, kw_only=True)
    is_practice: bool = field(default=False, kw_only=True)
    """Nothing on it is real; set by the navigator."""


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """One way on."""

    choice_id: str
    text_id: str
    icon: str
