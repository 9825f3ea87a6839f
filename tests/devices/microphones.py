"""Sound files and a sound card for the microphone tests."""

import threading
import wave
from pathlib import Path

import numpy as np

from kiosk.devices.sounddevice_microphone import Give

FAST = 10_000.0


def tone(rate_hz: int, seconds: float = 0.5, hertz: float = 440.0) -> np.ndarray:
    at = np.arange(round(rate_hz * seconds)) / rate_hz
    return np.round(8_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


def write_wav(path: Path, samples: np.ndarray, rate_hz: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def write_digits(folder: Path) -> Path:
    """Ten tones for ten digits, of 0.3 s each."""
    folder.mkdir()
    for digit in range(10):
        write_wav(folder / f"{digit}.wav", tone(16_000, 0.3, 300 + 50 * digit), 16_000)
    return folder


class SoundCard:
    """Gives a tone from a thread of its own, as PortAudio does, in pieces of an odd length."""

    def __init__(self, give: Give, rate_hz: int, pieces: int = 1_000) -> None:
        self.samplerate = float(rate_hz)
        self.is_aborted = threading.Event()
        self._give = give
        self._pieces = pieces
        self._tone = tone(rate_hz).astype("<i2").tobytes()
        self._thread = threading.Thread(target=self._record)

    def start(self) -> None:
        self._thread.start()

    def abort(self, ignore_errors: bool = True) -> None:
        self.is_aborted.set()
        self._thread.join()

    def close(self, ignore_errors: bool = True) -> None:
        return None

    def _record(self) -> None:
        for number in range(self._pieces):
            at = number * 778 % (len(self._tone) - 778)
            self._give(self._tone[at : at + 778])
            if self.is_aborted.wait(0.001):
                return


def start_card(rate_hz: int, pieces: int = 1_000):
    def start(device: str, give: Give) -> SoundCard:
        card = SoundCard(give, rate_hz, pieces)
        card.start()
        return card

    return start
