"""Plays speech through PortAudio in blocks of 20 ms, so that a stop is heard at once."""

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from accessibility.audio import OnFinished, PlayerState
from accessibility.errors import AudioUnavailable
from accessibility.portaudio import PortAudioOutput, RateRefused
from accessibility.wav import Pcm, read_wav, resample

_log = logging.getLogger(__name__)

BLOCKS_A_SECOND = 50
"""20 ms each."""
_FALLBACK_RATES_HZ = (48_000, 44_100, 16_000)


class OutputStream(Protocol):
    """One opened output."""

    def start(self) -> None:
        """Begin to ask for blocks. Raises AudioUnavailable."""
        ...

    def abort(self) -> None:
        """Drop what is buffered and ask no more; the sound ends now."""
        ...

    def close(self) -> None:
        """Release the device."""
        ...


class AudioOutput(Protocol):
    """What can open a stream; PortAudio in the product, a simulated device in tests."""

    def open(
        self,
        rate_hz: int,
        block_frames: int,
        next_block: Callable[[int], bytes | None],
        on_end: Callable[[], None],
    ) -> OutputStream:
        """Open a 16-bit mono stream.

        Args:
            rate_hz: sample rate.
            block_frames: frames in a block.
            next_block: called with a number of frames on the device's thread: the bytes, or None at the end.
            on_end: called on the device's thread when the stream has ended by itself, also by loss of the device.
        Raises:
            RateRefused: the device exists but not at this rate.
            AudioUnavailable: there is no device.
        """
        ...


class _Playback:
    """The samples of one sound and how far the device has taken them."""

    def __init__(self, pcm: Pcm, on_finished: OnFinished | None) -> None:
        self._bytes = pcm.samples.astype("<i2").tobytes()
        self._position = 0
        self.on_finished = on_finished
        self.is_stopped = False

    def next_block(self, frames: int) -> bytes | None:
        """Return the next frames, filled up with silence, or None after the last."""
        if self.is_stopped or self._position >= len(self._bytes):
            return None
        block = self._bytes[self._position : self._position + 2 * frames]
        self._position += len(block)
        return block.ljust(2 * frames, b"\0")

    @property
    def is_complete(self) -> bool:
        """Say whether the device has taken every sample."""
        return self._position >= len(self._bytes)


class SoundDevicePlayer:
    """Implements ``AudioPlayer`` on a loudspeaker. The device is opened for each sound, so a new one is found."""

    def __init__(self, output: AudioOutput | None = None) -> None:
        """Make a player; nothing is opened or loaded yet.

        Args:
            output: left out, PortAudio's default output.
        """
        self._output: AudioOutput = output or PortAudioOutput()
        self._lock = threading.Lock()
        self._playback: _Playback | None = None
        self._stream: OutputStream | None = None
        self._is_closed = False

    def play(
        self,
        wav: bytes | Path,
        on_finished: OnFinished | None = None,
        *,
        volume: float = 1.0,
        name: str = "",
    ) -> None:
        """Start a sound; see ``AudioPlayer``."""
        pcm = with_volume(read_wav(wav), volume)
        self.stop()
        playback, stream = self._open(pcm, on_finished)
        with self._lock:
            if self._is_closed:
                playback.is_stopped = True
            else:
                self._playback, self._stream = playback, stream
        if playback.is_stopped:
            stream.close()
            raise AudioUnavailable("the player is closed")
        try:
            stream.start()
        except AudioUnavailable:
            self._drop(playback)
            raise

    def stop(self) -> None:
        """End the sound; the device's buffer is dropped, not played out."""
        with self._lock:
            playback, stream = self._playback, self._stream
            self._playback = self._stream = None
            if playback is not None:
                playback.is_stopped = (
                    True  # from here on the device gets no block, whatever abort takes
                )
        if stream is not None:
            with contextlib.suppress(AudioUnavailable):  # a lost device is silent already
                stream.abort()
            with contextlib.suppress(AudioUnavailable):
                stream.close()

    def state(self) -> PlayerState:
        """Return what the player is doing now."""
        with self._lock:
            if self._is_closed:
                return PlayerState.CLOSED
            return PlayerState.IDLE if self._playback is None else PlayerState.PLAYING

    def close(self) -> None:
        """Stop and release the device."""
        with self._lock:
            self._is_closed = True
        self.stop()

    def _open(self, pcm: Pcm, on_finished: OnFinished | None) -> tuple[_Playback, OutputStream]:
        """Open the device at the sound's own rate, else at a usual one."""
        with self._lock:
            if self._is_closed:
                raise AudioUnavailable("the player is closed")
        for rate_hz in (pcm.rate_hz, *_FALLBACK_RATES_HZ):
            playback = _Playback(resample(pcm, rate_hz), on_finished)
            with contextlib.suppress(RateRefused):
                stream = self._output.open(
                    rate_hz,
                    rate_hz // BLOCKS_A_SECOND,
                    playback.next_block,
                    lambda playback=playback: self._ended(playback),  # type: ignore[misc]
                )
                return playback, stream
        raise AudioUnavailable("the sound device takes none of the usual sample rates")

    def _ended(self, playback: _Playback) -> None:
        """Take the end of a stream, on the device's thread; the stream is closed by whoever plays or stops next."""
        with self._lock:
            if playback.is_stopped or self._playback is not playback:
                return
            self._playback = None
        if not playback.is_complete:
            _log.warning("the sound device ended in the middle of a prompt")
        if playback.on_finished is not None:
            playback.on_finished()

    def _drop(self, playback: _Playback) -> None:
        with self._lock:
            if self._playback is playback:
                self._playback = None
        self.stop()


def with_volume(pcm: Pcm, volume: float) -> Pcm:
    """Scale the amplitude by a volume of 0 to 1."""
    factor = min(1.0, max(0.0, volume))
    if factor == 1.0:
        return pcm
    return Pcm(pcm.rate_hz, np.round(pcm.samples * factor).astype(np.int16))
