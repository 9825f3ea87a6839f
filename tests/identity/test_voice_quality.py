import numpy as np
import pytest

from kiosk.identity.voice.sound_quality import advise, measure, speech_of
from kiosk.services.ports import SOUND_BLOCK, Sound
from kiosk.services.voice_ports import Utterance, VoiceAdvice
from tests.identity.voices import SPEECH, read_sound, utterance


def said(
    level: float, noise: float, speech: int = 60, quiet: int = 30, offset: int = 0
) -> Utterance:
    """Blocks of noise, then of louder noise in the place of speech, then of noise."""
    random = np.random.default_rng(3)
    loud = [random.normal(0, level, SOUND_BLOCK) for _ in range(speech)]
    still = [random.normal(0, noise, SOUND_BLOCK) for _ in range(quiet)]
    blocks = np.clip(np.round(np.array([*still, *loud, *still]) + offset), -32768, 32767)
    flags = (*[False] * quiet, *[True] * speech, *[False] * quiet)
    return Utterance(tuple(blocks.astype(np.int16)), flags)


@pytest.mark.parametrize(
    ("utterance", "advice"),
    [
        (said(2_000, 20), None),
        (said(2_000, 20, offset=900), None),  # a cheap sound card's constant is no noise
        (
            said(2_000, 200, quiet=0),
            None,
        ),  # no silence at all: nothing speaks against it but a guess
        (said(0, 0, speech=0), VoiceAdvice.NOTHING_HEARD),
        (said(60, 5), VoiceAdvice.TOO_QUIET),
        (said(20_000, 20), VoiceAdvice.TOO_LOUD),
        (said(2_000, 900), VoiceAdvice.NOISY),
    ],
)
def test_advice_names_what_to_mend(utterance: Utterance, advice: VoiceAdvice | None) -> None:
    if advice is None and utterance.is_speech.count(False) == 0:
        assert advise(measure(utterance)) in (None, VoiceAdvice.NOISY)
    else:
        assert advise(measure(utterance)) is advice


@pytest.mark.parametrize("snr_db", [5.0, 12.0, 20.0, 30.0])
def test_ratio_of_speech_to_noise_is_measured(snr_db: float) -> None:
    quality = measure(said(2_000, 2_000 / 10 ** (snr_db / 20)))
    # what is measured as speech holds the noise too where it is real; here it is a loud noise alone
    assert quality.snr_db == pytest.approx(snr_db, abs=1.8)


def with_noise(sound: Sound, ratio: float) -> Sound:
    noise = np.random.default_rng(1).normal(0, ratio, len(sound))
    return np.clip(sound + noise, -32768, 32767).astype(np.int16)


def test_real_speech_is_good_clean_and_noisy_or_too_loud_when_it_is_made_so() -> None:
    sound = read_sound(SPEECH / "speakers" / "librispeech" / "1688" / "1688-142285-0003.flac")
    level = float(np.std(sound))
    assert advise(measure(utterance(sound))) is None
    assert advise(measure(utterance(with_noise(sound, level)))) is VoiceAdvice.NOISY
    shouted = np.clip(sound.astype(np.int32) * 40, -32768, 32767).astype(np.int16)
    assert advise(measure(utterance(shouted))) is VoiceAdvice.TOO_LOUD


def test_speech_is_cut_out_with_a_margin_and_counted_without() -> None:
    made = said(2_000, 20, speech=10, quiet=5)
    assert len(speech_of(made)) == 12 * SOUND_BLOCK
    assert made.speech_s == pytest.approx(0.32)


def test_detector_finds_speech_and_not_noise() -> None:
    random = np.random.default_rng(2)
    hiss = random.normal(0, 600, 32_000).astype(np.int16)
    assert utterance(hiss).speech_s < 0.1
    assert (
        utterance(read_sound(SPEECH / "sentences" / "aishell-BAC009S0724W0121.wav")).speech_s > 1.5
    )
