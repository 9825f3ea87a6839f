"""Whether a recording is good enough to describe a voice by, and if not, why."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.services.ports import SOUND_BLOCK, Sound
from kiosk.services.voice_ports import Utterance, VoiceAdvice

QUIETEST_DBFS = -50.0
"""Loudness of the speech; under it the steps of 16 bit and the hum of a cable weigh as much as the voice."""
LARGEST_CLIPPED = 0.01
"""Share of the speech's samples that stand at the end of the scale."""
SMALLEST_SNR_DB = 15.0
"""Speech against what is heard between the words.

White noise in the probe alone makes GE2E reject its own people: packaging/bench_voice.py prints the equal error rates.
Under this the voice says nothing rather than something false.
"""

_FULL_SCALE = 32768.0
_CLIPPED = 32_600
_FEWEST_QUIET_BLOCKS = 6
"""0.2 s; with less silence the tenth of the blocks that is quietest stands for it."""
_FLOOR = 1e-12


@dataclass(frozen=True, slots=True)
class SoundQuality:
    """What was measured."""

    speech_s: float
    speech_dbfs: float
    """Mean power of the speech against full scale."""
    snr_db: float
    clipped: float
    """Share of the speech's samples, 0 to 1."""


def measure(utterance: Utterance) -> SoundQuality:
    """Measure a recording; one without any speech has a loudness and a ratio of minus infinity."""
    blocks = _blocks(utterance)
    speaks = np.asarray(utterance.is_speech, dtype=np.bool_)
    if not speaks.any():
        return SoundQuality(0.0, float("-inf"), float("-inf"), 0.0)
    # Around its mean: a cheap sound card adds a constant.
    power = np.maximum(np.var(blocks.astype(np.float64) / _FULL_SCALE, axis=1), _FLOOR)
    # A block beside speech holds the end of a word or its echo.
    near = speaks.copy()
    near[1:] |= speaks[:-1]
    near[:-1] |= speaks[1:]
    quiet = power[~near]
    # The lower quarter: a breath, a chair or the end of a word between two others is not the room.
    noise = np.quantile(*((quiet, 0.25) if len(quiet) >= _FEWEST_QUIET_BLOCKS else (power, 0.1)))
    speech = power[speaks].mean()
    snr_db = 10 * np.log10(max(speech - noise, _FLOOR) / noise)
    clipped = np.mean(np.abs(blocks[speaks].astype(np.int32)) >= _CLIPPED)
    return SoundQuality(
        utterance.speech_s, float(10 * np.log10(speech)), float(snr_db), float(clipped)
    )


def advise(quality: SoundQuality) -> VoiceAdvice | None:
    """What to improve, the most helpful first; None when it is good enough. Length is judged by whoever asks."""
    if quality.speech_s == 0:
        return VoiceAdvice.NOTHING_HEARD
    if quality.clipped > LARGEST_CLIPPED:
        return VoiceAdvice.TOO_LOUD
    if quality.speech_dbfs < QUIETEST_DBFS:
        return VoiceAdvice.TOO_QUIET
    if quality.snr_db < SMALLEST_SNR_DB:
        return VoiceAdvice.NOISY
    return None


def speech_of(utterance: Utterance) -> Sound:
    """Cut the silence out: the blocks with speech and one (32 ms) on either side of them, where words begin and end."""
    keep = np.asarray(utterance.is_speech, dtype=np.bool_)
    wide = keep.copy()
    wide[1:] |= keep[:-1]
    wide[:-1] |= keep[1:]
    return np.ascontiguousarray(_blocks(utterance)[wide].reshape(-1))


def _blocks(utterance: Utterance) -> npt.NDArray[np.int16]:
    return np.asarray(utterance.blocks, dtype=np.int16).reshape(-1, SOUND_BLOCK)
