"""The recordings and models that the voice tests run on, and digits put together from single words."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from accessibility.resampler import Resampler
from kiosk.identity.voice.silero_vad import SileroVad
from kiosk.services.hear_digits import SPEECH_PROBABILITY
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Sound
from kiosk.services.voice_ports import Utterance

MEDIA = Path(os.environ.get("XIANGLIN_MEDIA") or Path(__file__).parents[3] / "shared" / "media")
SPEECH = MEDIA / "speech"
GE2E = MEDIA / "models" / "speaker_embedding_ge2e.onnx"
SILERO = MEDIA / "models" / "vad_silero.onnx"
SPHINX = MEDIA / "models" / "pocketsphinx-zh"
WORDS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
SYLLABLES = dict(
    zip(
        "0123456789",
        ["ling2", "yi1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3"],
        strict=True,
    )
)


def require(path: Path) -> Path:
    """Skip where a model or recording is absent, and say which."""
    if not path.exists():
        pytest.skip(f"no {path.name} below XIANGLIN_MEDIA")
    return path


def read_sound(path: Path) -> Sound:
    """Read a recording of any format and rate."""
    soundfile = pytest.importorskip("soundfile", reason="soundfile reads FLAC and MP3")
    samples, rate_hz = soundfile.read(require(path), dtype="int16", always_2d=True)
    return Resampler(rate_hz, SOUND_RATE_HZ).convert(np.ascontiguousarray(samples[:, 0]))


@cache
def word(name: str) -> Sound:
    """One spoken word, its silence cut off but 50 ms."""
    sound = read_sound(SPEECH / name)
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 400)
    return sound[max(0, loud[0] - 800) : loud[-1] + 800]


def say(words: list[str], pause_s: float = 0.2, hiss: float = 20.0) -> Sound:
    """Join words with pauses, half a second of room before and a second behind, over a little hiss."""
    pause = np.zeros(round(pause_s * SOUND_RATE_HZ), np.int16)
    pieces = [np.zeros(SOUND_RATE_HZ // 2, np.int16)]
    for name in words:
        pieces += [word(name), pause]
    sound = np.concatenate([*pieces, np.zeros(SOUND_RATE_HZ, np.int16)])
    noise = np.random.default_rng(len(sound)).normal(0, hiss, len(sound))
    return np.clip(np.round(sound + noise), -32768, 32767).astype(np.int16)


def say_digits(digits: str, pause_s: float = 0.2, *, of_syllables: bool = False) -> Sound:
    """Digits from recordings of the digits as words, or as syllables."""
    if of_syllables:
        return say([f"syllables/cmn-{SYLLABLES[digit]}.mp3" for digit in digits], pause_s)
    return say([f"words/cmn-{WORDS[digit]}.mp3" for digit in digits], pause_s)


def blocks_of(sound: Sound) -> tuple[Sound, ...]:
    """Whole blocks."""
    return tuple(sound[: len(sound) // SOUND_BLOCK * SOUND_BLOCK].reshape(-1, SOUND_BLOCK))


@cache
def detector() -> SileroVad:
    """One for all tests."""
    return SileroVad(require(SILERO))


def utterance(sound: Sound) -> Utterance:
    """What a listening would have recorded."""
    stream = detector().begin()
    blocks = blocks_of(sound)
    return Utterance(
        blocks, tuple(stream.probability(block) >= SPEECH_PROBABILITY for block in blocks)
    )
