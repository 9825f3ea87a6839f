"""A sound file, or a folder of them, that acts as a microphone: for demonstrations and tests."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from accessibility.errors import WavDamaged
from accessibility.wav import read_wav
from kiosk.devices.sound_blocks import SoundBlocks
from kiosk.errors import MicrophoneUnavailable
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Sound

_SILENCE_S = 1.0
"""Before and behind a file: nobody speaks the moment that a microphone opens."""


class FileMicrophone:
    """Plays one file each time that it is opened, the next one the next time, and then silence."""

    label = "录音模拟麦克风"

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        """Prepare the microphone; reads nothing yet.

        Args:
            path: a WAV of 16-bit PCM, or a folder of them, played by name and over again.
            speed: blocks come this many times faster than sound; tests do not wait.
        """
        self._path = path
        self._interval_s = SOUND_BLOCK / SOUND_RATE_HZ / speed
        self._opened = 0
        self._blocks: Iterator[Sound] | None = None
        self._closed = threading.Event()

    def open(self) -> None:
        """Start on the next file.

        Raises:
            MicrophoneUnavailable: there is none, or it is no sound.
        """
        self.close()
        self._closed = threading.Event()
        self._blocks = self._play(self._next_file())

    def read(self) -> Sound:
        """Wait for the next block.

        Raises:
            MicrophoneUnavailable: not open.
        """
        blocks = self._blocks
        if blocks is None or self._closed.wait(self._interval_s):
            raise MicrophoneUnavailable("the microphone is not open")
        return next(blocks)

    def close(self) -> None:
        """Stop; safe to call twice, and from another thread."""
        self._closed.set()
        self._blocks = None

    def _next_file(self) -> Path:
        if not self._path.is_dir():
            return self._path
        files = sorted(path for path in self._path.iterdir() if path.suffix.lower() == ".wav")
        if not files:
            raise MicrophoneUnavailable("the folder of the file microphone holds no WAV")
        self._opened += 1
        return files[(self._opened - 1) % len(files)]

    def _play(self, path: Path) -> Iterator[Sound]:
        try:
            pcm = read_wav(path)
        except WavDamaged as error:
            raise MicrophoneUnavailable(f"the file microphone cannot play: {error}") from error
        silence = np.zeros(round(_SILENCE_S * pcm.rate_hz), np.int16)
        blocks = SoundBlocks(pcm.rate_hz).add(np.concatenate((silence, pcm.samples, silence)))
        return _then_silence(blocks)


def _then_silence(blocks: list[Sound]) -> Iterator[Sound]:
    yield from blocks
    while True:
        yield np.zeros(SOUND_BLOCK, np.int16)
