"""A microphone before which a recorded voice reads whatever digits it is told, for demonstrations and tests."""

import threading
from collections import deque
from pathlib import Path

import numpy as np

from accessibility.errors import WavDamaged
from accessibility.wav import read_wav
from kiosk.devices.sound_blocks import SoundBlocks
from kiosk.errors import MicrophoneUnavailable
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Sound

PAUSE_S = 0.3
"""Between two digits."""
_HISS = 20.0
"""Standard deviation of what is heard while nobody speaks: no room is as silent as zeros."""
_SEED = 5


class SimulatedMicrophone:
    """Gives a little hiss, and the digits once somebody has said ``say``."""

    label = "模拟麦克风"

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        """Prepare the microphone; reads nothing yet.

        Args:
            folder: ``0.wav`` to ``9.wav``, 16-bit PCM of one voice.
            speed: blocks come this many times faster than sound.
        """
        self._folder = folder
        self._interval_s = SOUND_BLOCK / SOUND_RATE_HZ / speed
        self._closed = threading.Event()
        self._closed.set()
        self._lock = threading.Lock()
        self._left: deque[Sound] = deque()
        self._digits: dict[str, Sound] = {}
        self._random = np.random.default_rng(_SEED)

    def open(self) -> None:
        """Start to listen; what was said before is not heard.

        Raises:
            MicrophoneUnavailable: a recording is missing, or is no sound.
        """
        if not self._digits:
            self._digits = {digit: self._read(digit) for digit in "0123456789"}
        with self._lock:
            self._left.clear()
        self._closed.clear()

    def say(self, digits: str) -> None:
        """Let the voice read digits; heard only while the microphone is open."""
        pause = np.zeros(round(PAUSE_S * SOUND_RATE_HZ), np.int16)
        sounds = [part for digit in digits for part in (self._digits[digit], pause)]
        blocks = SoundBlocks(SOUND_RATE_HZ).add(np.concatenate(sounds)) if sounds else []
        with self._lock:
            if not self._closed.is_set():
                self._left.extend(blocks)

    def read(self) -> Sound:
        """Wait for the next block.

        Raises:
            MicrophoneUnavailable: not open.
        """
        if self._closed.wait(self._interval_s):
            raise MicrophoneUnavailable("the microphone is not open")
        with self._lock:
            block = self._left.popleft() if self._left else np.zeros(SOUND_BLOCK, np.int16)
        hiss = self._random.normal(0.0, _HISS, SOUND_BLOCK)
        return np.clip(np.round(block + hiss), -32768, 32767).astype(np.int16)

    def close(self) -> None:
        """Stop; safe to call twice, and from another thread."""
        self._closed.set()

    def _read(self, digit: str) -> Sound:
        try:
            pcm = read_wav(self._folder / f"{digit}.wav")
        except (OSError, WavDamaged) as error:
            raise MicrophoneUnavailable(f"no recording of {digit}: {error}") from error
        return np.concatenate(SoundBlocks(pcm.rate_hz).add(pcm.samples))
