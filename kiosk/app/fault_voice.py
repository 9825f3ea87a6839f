"""The voice of the page that says that the machine cannot serve: it works without a database."""

import logging

from accessibility.errors import AccessibilityError
from accessibility.guide import VoiceGuide
from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.app.voice import make_guide
from kiosk.config import KioskConfig

_log = logging.getLogger(__name__)


class FaultVoice:
    """Speaks one prompt, again when asked, and falls silent on a touch; silent where there is no sound."""

    def __init__(self, config: KioskConfig, prompts: PromptCatalogue, prompt: Prompt) -> None:
        self._prompt = prompt
        self._guide: VoiceGuide | None = None
        try:
            self._guide = make_guide(config, prompts)
        except (AccessibilityError, ValueError) as error:
            _log.warning("no voice for the fault type=%s", type(error).__name__)

    def speak(self) -> None:
        """Say the prompt, from its beginning."""
        if self._guide is not None:
            self._guide.speak(self._prompt)

    def stop(self) -> None:
        """Fall silent."""
        if self._guide is not None:
            self._guide.stop()

    def close(self) -> None:
        """End the worker; safe to call twice."""
        if self._guide is not None:
            self._guide.close()
