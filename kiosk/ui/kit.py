"""What every widget is given: sizes, icons, words, and what is known about the person's hand."""

from dataclasses import dataclass, field
from typing import Protocol

from accessibility.prompt import Prompt, PromptText
from kiosk.clock import Clock
from kiosk.ui.icons import Icons
from kiosk.ui.input_method import InputMethod
from kiosk.ui.tokens import Tokens

DOUBLE_TAP_S = 0.5
"""A second tap within this time is a trembling hand. Source: EN 301 549 5.8."""

KEY_BOUNCE_S = 0.2
"""The same for one key of a keypad: 11 must stay typable, so only a bounce is swallowed."""


class Texts(Protocol):
    """The words of the interface; the prompt catalogue is one."""

    def text(self, prompt: Prompt) -> PromptText:
        """The words of a prompt."""

    def label(self, text_id: str, **values: object) -> str:
        """The words on a button or beside an icon, with the values of their slots."""


@dataclass(slots=True)
class TapGuard:
    """Lets one tap through and swallows its echo, also when the echo falls on the next page."""

    clock: Clock
    is_keyboard: bool = False
    """Whether the last input came from a keyboard: only then is the focus ring drawn."""
    _last_s: float = float("-inf")
    _last_key: str = ""

    def accepts(self) -> bool:
        """Whether a tap counts; an ignored tap does not prolong the wait."""
        now_s = self.clock.monotonic_s()
        # after a keypad's key another button is no echo of it
        if now_s - self._last_s < (KEY_BOUNCE_S if self._last_key else DOUBLE_TAP_S):
            return False
        self._last_s, self._last_key = now_s, ""
        return True

    def accepts_key(self, key: str) -> bool:
        """Whether a tap on a keypad's key counts."""
        now_s = self.clock.monotonic_s()
        wait_s = KEY_BOUNCE_S if self._last_key else DOUBLE_TAP_S
        is_echo = now_s - self._last_s < wait_s and self._last_key in ("", key)
        if is_echo:
            return False
        self._last_s, self._last_key = now_s, key
        return True


@dataclass(slots=True)
class Kit:
    """Passed from the window to its pages and from pages to widgets."""

    tokens: Tokens
    texts: Texts
    clock: Clock
    taps: TapGuard
    input_method: InputMethod = field(default_factory=InputMethod)
    icons: Icons = field(init=False)

    def __post_init__(self) -> None:
        self.icons = Icons(self.tokens.colours)

    def label(self, text_id: str, **values: object) -> str:
        """Return the words of a text id, with the values of its slots."""
        return self.texts.label(text_id, **values)
