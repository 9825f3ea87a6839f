"""A microphone of this machine, through PortAudio: 16 kHz, or the device's own rate brought to it."""

import contextlib
import queue
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from accessibility.errors import AudioUnavailable
from accessibility.portaudio import load_sounddevice
from kiosk.devices.sound_blocks import SoundBlocks
from kiosk.errors import MicrophoneUnavailable
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Sound

READ_TIMEOUT_S = 2.0
"""A device that gives nothing for so long is gone."""
_WAITING_PIECES = 250
"""Pieces kept while nobody reads: 8 s; then the newest are dropped, which a slow reader survives."""
_PIECE_S = 0.032

Give = Callable[[bytes], None]


class InputStream(Protocol):
    """The part of ``sounddevice.RawInputStream`` that is used."""

    @property
    def samplerate(self) -> float:
        """Samples a second."""

    def start(self) -> None:
        """Begin to record."""

    def abort(self, ignore_errors: bool = True) -> None:
        """Stop at once."""

    def close(self, ignore_errors: bool = True) -> None:
        """Release the device."""


StartStream = Callable[[str, Give], InputStream]
"""Opens the device of that name and starts it; raises ``MicrophoneUnavailable``."""


class SounddeviceMicrophone:
    """A ``Microphone`` on one of PortAudio's devices."""

    def __init__(self, device: str = "", start: StartStream | None = None) -> None:
        """Prepare the microphone; loads and opens nothing yet.

        Args:
            device: part of its name, or its number; empty for the default one.
            start: opens the device; tests give their own.
        """
        self._device = device
        self._start = start or start_portaudio
        self._stream: InputStream | None = None
        self._pieces: queue.Queue[bytes] = queue.Queue(_WAITING_PIECES)
        self._blocks: list[Sound] = []
        self._cutter = SoundBlocks(SOUND_RATE_HZ)

    @property
    def label(self) -> str:
        """For staff."""
        return f"麦克风（{self._device}）" if self._device else "默认麦克风"

    def open(self) -> None:
        """Start the device.

        Raises:
            MicrophoneUnavailable: no sound library, no such device, or it does not start.
        """
        self.close()
        pieces: queue.Queue[bytes] = queue.Queue(_WAITING_PIECES)

        def give(piece: bytes) -> None:
            with contextlib.suppress(queue.Full):
                pieces.put_nowait(piece)

        self._pieces, self._blocks = pieces, []
        self._stream = self._start(self._device, give)
        self._cutter = SoundBlocks(round(self._stream.samplerate))

    def read(self) -> Sound:
        """Wait for the next block.

        Raises:
            MicrophoneUnavailable: not open, or the device gives nothing any more.
        """
        while not self._blocks:
            if self._stream is None:
                raise MicrophoneUnavailable("the microphone is not open")
            try:
                piece = self._pieces.get(timeout=READ_TIMEOUT_S)
            except queue.Empty as error:
                raise MicrophoneUnavailable("the microphone gives no sound any more") from error
            self._blocks = self._cutter.add(np.frombuffer(piece, dtype="<i2").astype(np.int16))
        return self._blocks.pop(0)

    def close(self) -> None:
        """Stop the device; safe to call twice."""
        stream, self._stream = self._stream, None
        self._blocks = []
        if stream is not None:
            # A device that was pulled out cannot be stopped any more.
            with contextlib.suppress(Exception):
                stream.abort()
            with contextlib.suppress(Exception):
                stream.close()


def start_portaudio(device: str, give: Give) -> InputStream:
    """Open a device of PortAudio, at 16 kHz where it can.

    Raises:
        MicrophoneUnavailable: no sound library, no such device, or it does not start.
    """
    try:
        sounddevice = load_sounddevice()
    except AudioUnavailable as error:
        raise MicrophoneUnavailable(str(error)) from error
    wanted: int | str | None = int(device) if device.isdecimal() else device or None
    faults = (sounddevice.PortAudioError, ValueError, OSError)

    def hear(indata: Any, frames: int, time: object, status: object) -> None:  # noqa: ANN401
        give(bytes(indata))

    try:
        own_hz = round(sounddevice.query_devices(wanted, "input")["default_samplerate"])
    except faults as error:
        raise MicrophoneUnavailable(f"there is no such microphone: {error}") from error
    fault: Exception | None = None
    for rate_hz in dict.fromkeys((SOUND_RATE_HZ, own_hz)):
        try:
            stream: InputStream = sounddevice.RawInputStream(
                samplerate=rate_hz,
                blocksize=round(rate_hz * _PIECE_S) if rate_hz != SOUND_RATE_HZ else SOUND_BLOCK,
                device=wanted,
                channels=1,
                dtype="int16",
                callback=hear,
            )
            stream.start()
        except faults as error:
            fault = error
        else:
            return stream
    raise MicrophoneUnavailable(f"the microphone does not start: {fault}") from fault
