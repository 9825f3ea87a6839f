"""The port of sound output, and how its implementation is chosen."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

OnFinished = Callable[[], None]
"""Called once when a sound has come to its own end, on a thread of the player; never after a stop."""


class PlayerState(StrEnum):
    """What a player is doing."""

    IDLE = "idle"
    PLAYING = "playing"
    CLOSED = "closed"


class AudioPlayer(Protocol):
    """Plays one sound at a time. Every method may be called from any thread."""

    def play(
        self,
        wav: bytes | Path,
        on_finished: OnFinished | None = None,
        *,
        volume: float = 1.0,
        name: str = "",
    ) -> None:
        """Start a sound and return; one that is still playing ends first, without its ``on_finished``.

        Args:
            wav: 16-bit PCM WAV, its bytes or its file.
            on_finished: see ``OnFinished``.
            volume: 0 to 1.
            name: what is played, for recordings of a demonstration; a prompt id.
        Raises:
            AudioUnavailable: there is no output, it is lost, or the player is closed.
            WavDamaged: the sound cannot be used.
        """
        ...

    def stop(self) -> None:
        """End the sound within 100 ms; its ``on_finished`` is not called any more."""
        ...

    def state(self) -> PlayerState:
        """Return what the player is doing now."""
        ...

    def close(self) -> None:
        """Stop and release the device; any number of times."""
        ...
