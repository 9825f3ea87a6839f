"""The voice guide with the configured sound, for the kiosk that serves and for the page that says it cannot."""

import logging

from accessibility.audio import AudioPlayer
from accessibility.errors import AccessibilityError
from accessibility.guide import VoiceGuide
from accessibility.players import make_player
from accessibility.prompt_cache import PromptCache
from accessibility.prompt_catalogue import PromptCatalogue
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer
from accessibility.silent_player import SilentPlayer
from kiosk.config import KioskConfig

_log = logging.getLogger(__name__)


def make_guide(config: KioskConfig, prompts: PromptCatalogue) -> VoiceGuide:
    """The voice guide; captions only where there is no sound. The window shows each caption itself.

    Raises:
        ValueError: the audio setting is none that ``make_player`` knows.
    """
    player: AudioPlayer
    try:
        player = make_player(config.hardware.audio)
    except AccessibilityError as error:
        _log.warning("no sound code=%s", error.code)
        player = SilentPlayer()
    # A silent player has nothing to play; the recording one, which is silent too, wants the sounds.
    synthesizer = None if type(player) is SilentPlayer else Pyttsx3Synthesizer()
    cache = PromptCache(config.state_dir / "prompts")
    return VoiceGuide(prompts, synthesizer, cache, player, lambda _caption: None)
