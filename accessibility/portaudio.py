"""PortAudio through sounddevice, loaded when it is first needed: the library may be missing."""

import contextlib
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Protocol

from accessibility.errors import AudioUnavailable

_LATENCY_S = 0.08
"""Asked of the device: short enough to stay lively, long enough for a busy two-core machine."""


class RateRefused(Exception):
    """The device exists but does not take this sample rate."""


class _RawStream(Protocol):
    """The part of sounddevice.RawOutputStream that is used."""

    def start(self) -> None: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


class PortAudioOutput:
    """Implements ``AudioOutput`` on the default output device."""

    def open(
        self,
        rate_hz: int,
        block_frames: int,
        next_block: Callable[[int], bytes | None],
        on_end: Callable[[], None],
    ) -> "PortAudioStream":
        """Open a 16-bit mono stream; see ``AudioOutput``."""
        sounddevice = load_sounddevice()
        _require_output(sounddevice)
        try:
            sounddevice.check_output_settings(samplerate=rate_hz, channels=1, dtype="int16")
        except (sounddevice.PortAudioError, ValueError) as error:
            raise RateRefused(str(error)) from error

        def fill(out: memoryview, frames: int, time: object, status: object) -> None:
            block = next_block(frames)
            if block is None:
                out[:] = bytes(len(out))
                raise sounddevice.CallbackStop
            out[:] = block

        try:
            stream = sounddevice.RawOutputStream(
                samplerate=rate_hz,
                blocksize=block_frames,
                channels=1,
                dtype="int16",
                latency=_LATENCY_S,
                callback=fill,
                finished_callback=on_end,
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise AudioUnavailable(f"the sound device cannot be opened: {error}") from error
        return PortAudioStream(stream, sounddevice.PortAudioError)


def default_output_name() -> str:
    """Return the name of the default output device, for the self-check.

    Raises:
        AudioUnavailable: there is none, or the sound library is missing.
    """
    sounddevice = load_sounddevice()
    _require_output(sounddevice)
    return str(sounddevice.query_devices(kind="output")["name"])


class PortAudioStream:
    """Implements ``OutputStream``."""

    def __init__(self, stream: _RawStream, fault: type[Exception]) -> None:
        self._stream = stream
        self._fault = fault

    def start(self) -> None:
        """Begin to play."""
        self._call("start", self._stream.start)

    def abort(self) -> None:
        """Drop what is buffered."""
        self._call("abort", self._stream.abort)

    def close(self) -> None:
        """Release the device."""
        self._call("close", self._stream.close)

    def _call(self, name: str, call: Callable[[], None]) -> None:
        try:
            call()
        except self._fault as error:
            raise AudioUnavailable(f"the sound device failed to {name}: {error}") from error


def load_sounddevice() -> ModuleType:
    """Import sounddevice.

    Raises:
        AudioUnavailable: the package or the PortAudio library is missing.
    """
    try:
        return importlib.import_module("sounddevice")
    except (ImportError, OSError) as error:  # OSError: PortAudio library not found
        raise AudioUnavailable(f"no sound library: {error}") from error


def _require_output(sounddevice: ModuleType) -> None:
    """Check that there is an output device; look again once, because PortAudio lists devices only at its start."""
    for is_last in (False, True):
        with contextlib.suppress(sounddevice.PortAudioError, ValueError):
            sounddevice.query_devices(kind="output")
            return
        if not is_last:
            # the documented module offers no other way to see a loudspeaker that was plugged in later
            with contextlib.suppress(sounddevice.PortAudioError):
                sounddevice._terminate()
                sounddevice._initialize()
    raise AudioUnavailable("there is no sound output device")
