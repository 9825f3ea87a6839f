"""The port of speech synthesis: text in, a WAV file out. Playing it is the player's job."""

from pathlib import Path
from typing import Protocol

from accessibility.rate import RateLevel


class SpeechSynthesizer(Protocol):
    """Renders text as speech. Safe to call from several threads; one text is rendered at a time."""

    @property
    def identity(self) -> str:
        """Return what the sound depends on besides text and rate: engine, version, voice, own rules."""
        ...

    def render(self, text: str, rate_level: RateLevel, target: Path) -> None:
        """Write the speech of ``text`` to ``target``, whole or not at all.

        Args:
            text: speakable Hanzi with pauses, as ``normaliser.speakable`` makes it.
            rate_level: how fast it is to be heard.
            target: WAV file to write, 16-bit mono PCM; its folder exists.
        Raises:
            SynthesizerUnavailable: there is no engine or no Chinese voice; asking again is useless.
            SynthesisFailed: this text did not work; another one may.
        """
        ...

    def close(self) -> None:
        """Stop the engine; rendering afterwards raises SynthesizerUnavailable."""
        ...
