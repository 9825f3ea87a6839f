"""Brings sound of any sample rate to another one, block by block, without clicks between the blocks.

A windowed-sinc filter in as many phases as the two rates need. ``accessibility.wav.resample`` is enough for a
loudspeaker; recognisers and speaker networks hear what folds back from above half the rate.
"""

import math

import numpy as np
import numpy.typing as npt

from accessibility.wav import Int16Array

_HALF_WIDTH = 16
"""Zero crossings of the sinc on each side."""
_BETA = 8.0
"""Of the Kaiser window: what folds back is 80 dB down."""
_ROLL_OFF = 0.92
"""Of half the lower rate: where the pass band ends."""


class Resampler:
    """Converts one stream of sound."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        """Prepare the filter.

        Args:
            from_hz: samples a second that come in.
            to_hz: samples a second that go out.
        """
        divisor = math.gcd(from_hz, to_hz)
        self._up, self._down = to_hz // divisor, from_hz // divisor
        self._taps = _phases(self._up, self._down)
        self._reach = self._taps.shape[1] // 2
        self.reset()

    def reset(self) -> None:
        """Begin a new stream."""
        self._held: npt.NDArray[np.float32] = np.zeros(self._reach, np.float32)
        self._phase = 0
        """Place of the next output sample after the first that is held and filtered, in 1/up samples."""

    def convert(self, block: Int16Array) -> Int16Array:
        """Give what can be given by now; the last half of a filter's width comes with the next block.

        Args:
            block: shape (n,), any n.
        """
        if self._up == self._down:
            return block
        self._held = np.concatenate((self._held, block.astype(np.float32)))
        width = self._taps.shape[1]
        last = len(self._held) - width
        if last < 0:
            return np.zeros(0, np.int16)
        count = (last * self._up + self._up - 1 - self._phase) // self._down + 1
        places = self._phase + self._down * np.arange(max(0, count))
        starts, phases = places // self._up, places % self._up
        windows = np.lib.stride_tricks.sliding_window_view(self._held, width)[starts]
        samples = np.einsum("ij,ij->i", windows, self._taps[phases])
        self._phase += self._down * len(places)
        used = min(self._phase // self._up, len(self._held))
        self._held = self._held[used:]
        self._phase -= used * self._up
        return np.asarray(np.clip(np.round(samples), -32768, 32767), dtype=np.int16)


def _phases(up: int, down: int) -> npt.NDArray[np.float32]:
    """The filter for each place of an output sample between two input samples: shape (up, width)."""
    cutoff = _ROLL_OFF * min(1.0, up / down)
    reach = math.ceil(_HALF_WIDTH / cutoff)
    distance = np.arange(-reach + 1, reach + 1)[None, :] - np.arange(up)[:, None] / up
    window = np.i0(_BETA * np.sqrt(np.maximum(0.0, 1.0 - (distance / reach) ** 2))) / np.i0(_BETA)
    taps = np.sinc(cutoff * distance) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)
