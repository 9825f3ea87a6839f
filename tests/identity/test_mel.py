import numpy as np
import pytest

from kiosk.identity.voice.mel import BANDS, mel_power

# librosa 0.11.0: feature.melspectrogram(y=…, sr=16000, n_fft=400, hop_length=160, n_mels=40).T of ``chirp``
LIBROSA = {
    (0, 0): 2.5136759281158447,
    (0, 39): 0.00021638280304614455,
    (10, 5): 4.68858003616333,
    (50, 10): 0.03355211019515991,
    (50, 20): 5.944995880126953,
    (70, 30): 0.001105426694266498,
    (99, 1): 1.5382126569747925,
    (100, 39): 0.0007942340453155339,
}
LIBROSA_SUM = 1581.2642822265625


def chirp() -> np.ndarray:
    at = np.arange(16_000) / 16_000
    rising = 0.3 * np.sin(2 * np.pi * (200 + 1500 * at) * at)
    return (rising + 0.1 * np.sign(np.sin(2 * np.pi * 110 * at))).astype(np.float32)


def test_mel_power_is_what_librosa_gives() -> None:
    power = mel_power(chirp())
    assert power.shape == (101, BANDS)
    assert power.dtype == np.float32
    for place, expected in LIBROSA.items():
        assert power[place] == pytest.approx(expected, rel=1e-4), place
    assert power.sum(dtype=np.float64) == pytest.approx(LIBROSA_SUM, rel=1e-5)


@pytest.mark.parametrize(("samples", "frames"), [(1, 1), (159, 1), (160, 2), (25_600, 161)])
def test_mel_power_has_a_frame_every_ten_milliseconds(samples: int, frames: int) -> None:
    assert mel_power(np.zeros(samples, np.float32)).shape == (frames, BANDS)
