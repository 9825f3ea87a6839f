"""WAV files of speech: strict reading, safe writing, joining with pauses, other sample rates."""

import io
import os
import wave
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from accessibility.errors import WavDamaged

Int16Array = npt.NDArray[np.int16]

SHORTEST_S = 0.2
"""No Chinese syllable is said in less; a shorter file is a failed rendering."""
LONGEST_S = 120.0
"""No prompt is that long; a longer file is damaged or hostile."""
LARGEST_BYTES = 24_000_000
"""120 s of stereo at 48 kHz and 16 bit, and its header."""
_QUIETEST_RMS = 60.0
"""Of 32768: under this a file is silence. Measured: eSpeak NG speech has 3500 to 4300."""
_SILENT_SAMPLE = 200
"""Of 32768: samples under this at either end count as silence."""


@dataclass(frozen=True, slots=True, eq=False)
class Pcm:
    """Mono 16-bit sound."""

    rate_hz: int
    """Samples a second."""
    samples: Int16Array
    """Shape (n,)."""

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return len(self.samples) / self.rate_hz

    @property
    def rms(self) -> float:
        """Return the root mean square of the samples, of 32768; 0 for no samples."""
        if not len(self.samples):
            return 0.0
        return float(np.sqrt(np.mean(np.square(self.samples.astype(np.float64)))))


def read_wav(source: bytes | Path) -> Pcm:
    """Read a 16-bit PCM WAV; two channels become one.

    Raises:
        WavDamaged: it is missing, too large, cut off, or no 16-bit PCM of one or two channels at 8-48 kHz.
    """
    try:
        if isinstance(source, Path):
            if source.stat().st_size > LARGEST_BYTES:
                raise WavDamaged("the sound file is too large")
            source = source.read_bytes()
        with wave.open(io.BytesIO(source), "rb") as reader:
            channels, width, rate_hz, frames = reader.getparams()[:4]
            if width != 2 or channels not in (1, 2) or not 8_000 <= rate_hz <= 48_000:
                raise WavDamaged(
                    f"{channels} channels, {8 * width} bit, {rate_hz} Hz cannot be used"
                )
            raw = reader.readframes(frames)
    except (OSError, EOFError, wave.Error, ValueError) as error:
        raise WavDamaged(f"not a readable WAV: {error}") from error
    if len(raw) != frames * channels * 2:
        raise WavDamaged("the sound file is cut off")
    samples = np.frombuffer(raw, dtype="<i2")
    if channels == 2:
        samples = samples.reshape(-1, 2).astype(np.int32).mean(axis=1).astype(np.int16)
    return Pcm(rate_hz, samples.astype(np.int16, copy=False))


def check_speech(pcm: Pcm) -> Pcm:
    """Return the sound if it can be speech.

    Raises:
        WavDamaged: it is shorter than a syllable, longer than any prompt, or silent.
    """
    if not SHORTEST_S < pcm.duration_s < LONGEST_S:
        raise WavDamaged(f"{pcm.duration_s:.2f} s is no length of a prompt")
    if pcm.rms < _QUIETEST_RMS:
        raise WavDamaged("the sound is silent")
    return pcm


def to_wav_bytes(pcm: Pcm) -> bytes:
    """Return the sound as the bytes of a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(pcm.rate_hz)
        writer.writeframes(pcm.samples.astype("<i2").tobytes())
    return buffer.getvalue()


def write_atomically(content: bytes, target: Path) -> None:
    """Write a file that is there whole or not at all, readable by its owner only.

    Raises:
        OSError: the folder is missing, full or not writable; nothing is left behind.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    flags = (
        os.O_WRONLY
        | os.O_CREAT
        | os.O_TRUNC
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_BINARY", 0)
    )
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def trim(pcm: Pcm, margin_s: float = 0.02) -> Pcm:
    """Cut silence off both ends and leave ``margin_s`` of it; silence alone stays as it is."""
    loud = np.flatnonzero(np.abs(pcm.samples.astype(np.int32)) >= _SILENT_SAMPLE)
    if not len(loud):
        return pcm
    margin = round(margin_s * pcm.rate_hz)
    return Pcm(pcm.rate_hz, pcm.samples[max(0, loud[0] - margin) : loud[-1] + 1 + margin])


def join(pieces: list[tuple[Pcm, float]]) -> Pcm:
    """Join sounds of one sample rate, each followed by its pause in seconds.

    Raises:
        WavDamaged: there is no piece, or their rates differ.
    """
    if not pieces:
        raise WavDamaged("nothing to join")
    if any(one.rate_hz != other.rate_hz for (one, _), (other, _) in pairwise(pieces)):
        raise WavDamaged("the pieces have different sample rates")
    rate_hz = pieces[0][0].rate_hz
    parts = []
    for pcm, pause_s in pieces:
        parts += [pcm.samples, np.zeros(round(pause_s * rate_hz), dtype=np.int16)]
    return Pcm(rate_hz, np.concatenate(parts))


def resample(pcm: Pcm, rate_hz: int) -> Pcm:
    """Convert to another sample rate by linear interpolation, after a moving average when going down.

    That is good enough for speech on a loudspeaker and needs no further library.
    """
    if rate_hz == pcm.rate_hz or not len(pcm.samples):
        return Pcm(rate_hz, pcm.samples)
    samples = pcm.samples.astype(np.float64)
    if rate_hz < pcm.rate_hz:
        width = max(1, round(pcm.rate_hz / rate_hz))
        samples = np.convolve(samples, np.full(width, 1 / width), mode="same")
    count = max(1, round(len(samples) * rate_hz / pcm.rate_hz))
    at = np.arange(count) * (pcm.rate_hz / rate_hz)
    resampled = np.interp(at, np.arange(len(samples)), samples)
    return Pcm(rate_hz, np.clip(np.round(resampled), -32768, 32767).astype(np.int16))
