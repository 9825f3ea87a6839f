"""The front end of the GE2E network: mel power spectra of speech, in numpy alone.

What the network was trained on is librosa's ``melspectrogram`` with its defaults: Hann windows of 25 ms every 10 ms,
centred with zeros around the sound, 40 triangles on Slaney's mel scale with equal areas, power, no logarithm.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from kiosk.services.ports import SOUND_RATE_HZ

FloatArray = npt.NDArray[np.float32]

WINDOW = 400
"""Samples: 25 ms."""
HOP = 160
"""Samples: 10 ms."""
BANDS = 40

_LINEAR_HZ = 200.0 / 3.0
"""Width of one mel below 1 kHz. Source: Slaney, Auditory Toolbox, 1998."""
_KNEE_HZ = 1_000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27.0


def mel_power(samples: FloatArray) -> FloatArray:
    """Make the network's input.

    Args:
        samples: shape (n,), -1 to 1, 16 kHz; n is at least 1.
    Returns:
        shape (1 + n // 160, 40), power of each band.
    """
    padded = np.pad(samples.astype(np.float32, copy=False), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(power @ _filters().T, dtype=np.float32)


@cache
def _hann() -> FloatArray:
    """A periodic Hann window, as scipy's ``get_window`` gives it."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


@cache
def _filters() -> FloatArray:
    """The triangles: shape (40, 201)."""
    bins_hz = np.fft.rfftfreq(WINDOW, 1 / SOUND_RATE_HZ)
    edges_hz = _from_mel(np.linspace(0.0, _to_mel(SOUND_RATE_HZ / 2), BANDS + 2))
    widths = np.diff(edges_hz)
    slopes = edges_hz[:, None] - bins_hz[None, :]
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    areas = 2.0 / (edges_hz[2:] - edges_hz[:-2])
    return (triangles * areas[:, None]).astype(np.float32)


def _to_mel(hertz: float) -> float:
    """Only for frequencies above the knee."""
    return float(_KNEE_MEL + np.log(hertz / _KNEE_HZ) / _LOG_STEP)


def _from_mel(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = _KNEE_HZ * np.exp(_LOG_STEP * (np.maximum(mels, _KNEE_MEL) - _KNEE_MEL))
    return np.where(mels < _KNEE_MEL, mels * _LINEAR_HZ, above)
