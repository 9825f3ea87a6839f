"""Cuts a stream of sound into blocks of one size."""

import numpy as np

from accessibility.resampler import Resampler
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Sound


class SoundBlocks:
    """Takes pieces of any length at the device's rate, gives blocks of ``SOUND_BLOCK`` samples at 16 kHz."""

    def __init__(self, rate_hz: int) -> None:
        """Prepare for a device.

        Args:
            rate_hz: samples a second that it gives.
        """
        self._resampler = Resampler(rate_hz, SOUND_RATE_HZ)
        self._held: Sound = np.zeros(0, np.int16)

    def add(self, piece: Sound) -> list[Sound]:
        """The blocks that are whole now, each its own copy."""
        held = np.concatenate((self._held, self._resampler.convert(piece)))
        whole = len(held) // SOUND_BLOCK * SOUND_BLOCK
        self._held = held[whole:]
        return [held[at : at + SOUND_BLOCK].copy() for at in range(0, whole, SOUND_BLOCK)]
