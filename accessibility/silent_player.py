"""Players without a loudspeaker: captions only, and the recorder of demonstrations and tests."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from accessibility.audio import OnFinished, PlayerState
from accessibility.errors import AudioUnavailable
from accessibility.wav import read_wav, to_wav_bytes, write_atomically


class Timer(Protocol):
    """A call that is due."""

    def cancel(self) -> None:
        """Take the call back; without effect once it was made."""
        ...


StartTimer = Callable[[float, Callable[[], None]], Timer]
"""Takes seconds and the call to make then."""


def start_thread_timer(delay_s: float, call: Callable[[], None]) -> Timer:
    """Make a call after a delay on a thread of its own."""
    timer = threading.Timer(delay_s, call)
    timer.daemon = True
    timer.name = "silent-player-timer"
    timer.start()
    return timer


class SilentPlayer:
    """Implements ``AudioPlayer`` without sound: a prompt takes its time, so that pages wait as they should."""

    def __init__(self, start_timer: StartTimer = start_thread_timer) -> None:
        self._start_timer = start_timer
        self._lock = threading.Lock()
        self._turn = 0
        self._timer: Timer | None = None
        self._on_finished: OnFinished | None = None
        self._is_closed = False

    def play(
        self,
        wav: bytes | Path,
        on_finished: OnFinished | None = None,
        *,
        volume: float = 1.0,
        name: str = "",
    ) -> None:
        """Wait for the length of the sound; see ``AudioPlayer``."""
        duration_s = self._take(wav, name)
        with self._lock:
            if self._is_closed:
                raise AudioUnavailable("the player is closed")
            self._forget()
            self._on_finished = on_finished
            turn = self._turn
            self._timer = self._start_timer(duration_s, lambda: self._end(turn))

    def stop(self) -> None:
        """End the waiting."""
        with self._lock:
            self._forget()

    def state(self) -> PlayerState:
        """Return what the player is doing now."""
        with self._lock:
            if self._is_closed:
                return PlayerState.CLOSED
            return PlayerState.IDLE if self._timer is None else PlayerState.PLAYING

    def close(self) -> None:
        """End the waiting for good."""
        with self._lock:
            self._is_closed = True
            self._forget()

    def _take(self, wav: bytes | Path, name: str) -> float:
        """Return how many seconds the sound takes."""
        return read_wav(wav).duration_s

    def _forget(self) -> None:
        self._turn += 1
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._on_finished = None

    def _end(self, turn: int) -> None:
        with self._lock:
            if turn != self._turn:
                return
            on_finished = self._on_finished
            self._forget()
        if on_finished is not None:
            on_finished()


class RecordingPlayer(SilentPlayer):
    """Writes each sound into a folder, numbered in the order of playing.

    For demonstrations and tests: a real kiosk never keeps what it said to a resident.
    """

    def __init__(
        self, folder: Path, *, pace: float = 0.0, start_timer: StartTimer = start_thread_timer
    ) -> None:
        """Record into a folder, which is made when it is missing.

        Args:
            folder: for ``<number>-<prompt id>.wav``.
            pace: how much of its length a sound takes; 0 is through with it at once.
            start_timer: makes the call at its end.
        Raises:
            AudioUnavailable: the folder cannot be made.
        """
        super().__init__(start_timer)
        self._folder = folder
        self._pace = pace
        self._count = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AudioUnavailable(f"cannot record into the folder: {error.strerror}") from error

    def _take(self, wav: bytes | Path, name: str) -> float:
        if self.state() is PlayerState.CLOSED:
            raise AudioUnavailable("the player is closed")
        pcm = read_wav(wav)
        with self._lock:
            self._count += 1
            number = self._count
        safe_name = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "sound"
        try:
            write_atomically(to_wav_bytes(pcm), self._folder / f"{number:03}-{safe_name}.wav")
        except OSError as error:
            raise AudioUnavailable(f"cannot record: {error.strerror}") from error
        return pcm.duration_s * self._pace
