"""Stand-ins for voice tests: a synthesizer that makes tones, and a sound device that takes its time."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from accessibility.errors import AudioUnavailable, SynthesisFailed
from accessibility.portaudio import RateRefused
from accessibility.rate import RateLevel
from accessibility.wav import Pcm, to_wav_bytes

LIMIT_S = 10.0
RATE_HZ = 16_000


def tone(duration_s: float = 0.5, rate_hz: int = RATE_HZ, amplitude: int = 8000) -> Pcm:
    at = np.arange(round(duration_s * rate_hz)) / rate_hz
    return Pcm(rate_hz, np.round(amplitude * np.sin(2 * np.pi * 440 * at)).astype(np.int16))


def tone_wav(duration_s: float = 0.5, rate_hz: int = RATE_HZ) -> bytes:
    return to_wav_bytes(tone(duration_s, rate_hz))


class ToneSynthesizer:
    """Implements SpeechSynthesizer; each text is a tone. A cleared gate makes it wait."""

    def __init__(self, duration_s: float = 0.5) -> None:
        self.identity = "tones 1"
        self.texts: list[str] = []
        self.levels: list[RateLevel] = []
        self.duration_s = duration_s
        self.fault: Exception | None = None
        self.is_closed = False
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()

    def render(self, text: str, rate_level: RateLevel, target: Path) -> None:
        self.texts.append(text)
        self.levels.append(rate_level)
        self.waiting.set()
        assert self.gate.wait(LIMIT_S)
        if self.is_closed:
            raise SynthesisFailed("closed")
        if self.fault is not None:
            raise self.fault
        target.write_bytes(tone_wav(self.duration_s))

    def close(self) -> None:
        self.is_closed = True
        self.gate.set()


class PacedOutput:
    """Implements AudioOutput: a device thread takes a block every 20 ms of real time, as a loudspeaker does."""

    def __init__(self, rates_hz: tuple[int, ...] = (RATE_HZ, 22_050, 48_000)) -> None:
        self.rates_hz = rates_hz
        self.is_missing = False
        self.dies_after_blocks: int | None = None
        self.is_stuck = False
        self.opened: list[int] = []
        self.streams: list[PacedStream] = []

    def open(
        self,
        rate_hz: int,
        block_frames: int,
        next_block: Callable[[int], bytes | None],
        on_end: Callable[[], None],
    ) -> "PacedStream":
        if self.is_missing:
            raise AudioUnavailable("unplugged")
        if rate_hz not in self.rates_hz:
            raise RateRefused(str(rate_hz))
        self.opened.append(rate_hz)
        stream = PacedStream(self, rate_hz, block_frames, next_block, on_end)
        self.streams.append(stream)
        return stream

    def is_released(self) -> bool:
        return all(stream.is_closed for stream in self.streams)


class PacedStream:
    def __init__(
        self,
        output: PacedOutput,
        rate_hz: int,
        block_frames: int,
        next_block: Callable[[int], bytes | None],
        on_end: Callable[[], None],
    ) -> None:
        self._output = output
        self._rate_hz = rate_hz
        self._block_frames = block_frames
        self._next_block = next_block
        self._on_end = on_end
        self._aborted = threading.Event()
        self.heard = b""
        self.last_heard_at = 0.0
        self.first_block = threading.Event()
        self.is_closed = False
        self._thread = threading.Thread(target=self._run, name="paced-device", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def abort(self) -> None:
        self._aborted.set()
        self._join()

    def close(self) -> None:
        self._aborted.set()
        self._join()
        self.is_closed = True

    def _join(self) -> None:
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(LIMIT_S)

    def _run(self) -> None:
        blocks = 0
        block_s = self._block_frames / self._rate_hz
        while not self._aborted.is_set():
            if self._output.is_stuck:
                self._aborted.wait(LIMIT_S)
                return
            if blocks == self._output.dies_after_blocks:
                break
            block = self._next_block(self._block_frames)
            if block is None:
                break
            assert len(block) == 2 * self._block_frames
            blocks += 1
            self.heard += block
            self.first_block.set()
            self._aborted.wait(block_s)
            self.last_heard_at = time.monotonic()
        self._on_end()


class ManualTimers:
    """Starts timers that a test fires by hand."""

    def __init__(self) -> None:
        self.started: list[ManualTimer] = []

    def __call__(self, delay_s: float, call: Callable[[], None]) -> "ManualTimer":
        timer = ManualTimer(delay_s, call)
        self.started.append(timer)
        return timer


class ManualTimer:
    def __init__(self, delay_s: float, call: Callable[[], None]) -> None:
        self.delay_s = delay_s
        self.fire = call
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True
