"""The voice of the page that says that the machine cannot serve: it works without a database."""

import logging

from accessibility.errors import AccessibilityError
from accessibility.guide import VoiceGuide
from accessibility.players import make_player
from accessibility.prompt import Prompt
from accessibility.prompt_cache import PromptCache
from accessibility.prompt_catalogue import PromptCatalogue
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer
from kiosk.config import KioskConfig

_log = logging.getLogger(__name__)


class FaultVoice:
    """Speaks one prompt, again when asked, and falls silent on a touch; silent where there is no sound."""

    def __init__(self, config: KioskConfig, prompts: PromptCatalogue, prompt: Prompt) -> None:
        self._prompt = prompt
        self._guide: VoiceGuide | None = None
        try:
            player = make_player(config.hardware.audio)
            synthesizer = None if config.hardware.audio == "none" else Pyttsx3Synthesizer()
        except (AccessibilityError, ValueError) as error:
            _log.warning("no voice for the fault type=%s", type(error).__name__)
            return
        cache = PromptCache(config.state_dir / "prompts")
        self._guide = VoiceGuide(prompts, synthesizer, cache, player, lambda _caption: None)

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
