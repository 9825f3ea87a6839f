"""Chooses among the voice engines and ears whose models are installed."""

from collections.abc import Callable

from kiosk.errors import ModelUnavailable
from kiosk.identity.voice.ge2e_embedder import Ge2eEmbedder
from kiosk.identity.voice.sherpa_embedder import SherpaEmbedder
from kiosk.identity.voice.silero_vad import SileroVad
from kiosk.identity.voice.speaker_embedder import SpeakerEmbedder
from kiosk.identity.voice.sphinx_digits import SphinxDigits
from kiosk.identity.voice.voice_engine import EmbeddedVoiceEngine
from kiosk.identity.voice.vosk_digits import VoskDigits
from kiosk.identity.voice.vosk_embedder import VoskEmbedder
from kiosk.models.manifest import (
    CAMPPLUS,
    GE2E,
    POCKETSPHINX_CHINESE,
    SILERO_VAD,
    VOSK_CHINESE,
    VOSK_SPEAKER,
)
from kiosk.models.store import ModelStore
from kiosk.services.hear_digits import HearDigits
from kiosk.services.ports import Microphone
from kiosk.services.voice_ports import DigitEar


def make_hearing(models: ModelStore, microphone: Microphone, profile: str = "") -> HearDigits:
    """Put together what listens; each model is read and checked against its digest.

    Args:
        models: what is installed.
        microphone: where the sound comes from.
        profile: dialect profile of the digits; empty for the standard words.
    Raises:
        ModelUnavailable: a model is missing or damaged; the voice is left out, all else goes on.
    """
    return HearDigits(
        microphone,
        EmbeddedVoiceEngine(make_embedder(models)),
        SileroVad(models.checked_path(SILERO_VAD)),
        make_ear(models, profile),
    )


def make_embedder(models: ModelStore) -> SpeakerEmbedder:
    """The best installed engine: trained on Chinese voices first, measured here second, Vosk's last.

    Raises:
        ModelUnavailable: none is installed.
    """
    for needed, make in _embedders(models):
        if all(models.has(model) for model in needed):
            return make()
    raise ModelUnavailable("no speaker model is installed")


def can_hear(models: ModelStore) -> bool:
    """Whether an engine, an ear and a detector lie there; nothing of them is read."""
    has_engine = any(
        all(models.has(model) for model in needed) for needed, _make in _embedders(models)
    )
    has_ear = models.has(VOSK_CHINESE) or models.has(POCKETSPHINX_CHINESE)
    return has_engine and has_ear and models.has(SILERO_VAD)


_Ways = tuple[tuple[tuple[str, ...], Callable[[], SpeakerEmbedder]], ...]


def _embedders(models: ModelStore) -> _Ways:
    return (
        ((CAMPPLUS,), lambda: SherpaEmbedder(models.checked_path(CAMPPLUS))),
        ((GE2E,), lambda: Ge2eEmbedder(models.checked_path(GE2E))),
        (
            (VOSK_CHINESE, VOSK_SPEAKER),
            lambda: VoskEmbedder(
                models.checked_path(VOSK_CHINESE), models.checked_path(VOSK_SPEAKER)
            ),
        ),
    )


def make_ear(models: ModelStore, profile: str = "") -> DigitEar:
    """The best installed recogniser of digits.

    Raises:
        ModelUnavailable: none is installed.
    """
    if models.has(VOSK_CHINESE):
        return VoskDigits(models.checked_path(VOSK_CHINESE), profile)
    if models.has(POCKETSPHINX_CHINESE):
        return SphinxDigits(models.checked_path(POCKETSPHINX_CHINESE), profile)
    raise ModelUnavailable("no recogniser of digits is installed")
