"""Where the sound of a prompt comes from: a recording first, then the cache, then synthesis."""

import logging
import threading

from accessibility.errors import SynthesisFailed, SynthesizerUnavailable
from accessibility.prompt import Prompt, PromptText
from accessibility.prompt_cache import PromptCache, sound_key
from accessibility.rate import RateLevel
from accessibility.scratch import scratch_folder, sweep_scratch
from accessibility.synthesizer import SpeechSynthesizer

_log = logging.getLogger(__name__)


class SoundSource:
    """Finds or makes sounds. Safe to call from several threads."""

    def __init__(self, synthesizer: SpeechSynthesizer | None, cache: PromptCache) -> None:
        """Make a source.

        Args:
            synthesizer: None when there are only recordings and captions.
            cache: where sounds that name nobody are kept.
        """
        self._synthesizer = synthesizer
        self._cache = cache
        self._lock = threading.Lock()
        self._personal: tuple[str, bytes] | None = None
        self._visit = 0
        self._is_dead = False
        sweep_scratch()

    @property
    def is_available(self) -> bool:
        """Say whether texts can be rendered, as far as is known."""
        return self._synthesizer is not None and not self._is_dead

    def sound(self, prompt: Prompt, text: PromptText, rate_level: RateLevel) -> bytes | None:
        """Return the WAV of a prompt; None when there is no recording and no synthesizer.

        Raises:
            SynthesizerUnavailable: said once; from then on the answer is None.
            SynthesisFailed: this text cannot be rendered.
        """
        if not prompt.is_personal and (found := self._cache.recording(prompt.id, text.caption)):
            return found
        synthesizer = self._synthesizer
        if synthesizer is None or self._is_dead:
            return None
        visit = self._visit
        key = sound_key(text.reading, synthesizer.identity, rate_level)
        if (
            found := self._personal_sound(key) if prompt.is_personal else self._cache.get(key)
        ) is not None:
            return found
        try:
            sound = _render(synthesizer, text.reading, rate_level)
        except SynthesizerUnavailable:
            self._is_dead = True
            raise
        if prompt.is_personal:
            self._keep_for_visit(visit, key, sound)
        else:
            self._cache.put(key, sound)
        return sound

    def forget_visit(self) -> None:
        """Drop the one personal sound that is kept for a repetition."""
        with self._lock:
            self._visit += 1
            self._personal = None

    def close(self) -> None:
        """End the synthesizer."""
        self._is_dead = True
        if self._synthesizer is not None:
            self._synthesizer.close()

    def _keep_for_visit(self, visit: int, key: str, sound: bytes) -> None:
        with self._lock:
            if visit == self._visit:  # else the resident left while the sound was made
                self._personal = (key, sound)

    def _personal_sound(self, key: str) -> bytes | None:
        with self._lock:
            return self._personal[1] if self._personal and self._personal[0] == key else None


def _render(synthesizer: SpeechSynthesizer, reading: str, rate_level: RateLevel) -> bytes:
    try:
        with scratch_folder() as folder:
            target = folder / "speech.wav"
            synthesizer.render(reading, rate_level, target)
            return target.read_bytes()
    except OSError as error:
        raise SynthesisFailed(f"no room for the sound: {type(error).__name__}") from error
