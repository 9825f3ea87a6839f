import io
import os
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from accessibility.errors import WavDamaged
from accessibility.wav import (
    Pcm,
    check_speech,
    join,
    read_wav,
    resample,
    to_wav_bytes,
    trim,
    write_atomically,
)
from tests.accessibility.fakes import tone, tone_wav


def wav_bytes(
    channels: int = 1, width: int = 2, rate_hz: int = 16_000, frames: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate_hz)
        writer.writeframes(frames)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"not a wav at all" * 100,
        tone_wav()[:-100],
        tone_wav()[:30],
        wav_bytes(width=1, frames=b"\x80" * 8000),
        wav_bytes(channels=3, frames=b"\0" * 6000),
        wav_bytes(rate_hz=96_000, frames=b"\0" * 8000),
    ],
)
def test_a_file_that_is_no_usable_wav_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(WavDamaged):
        read_wav(content)
    (tmp_path / "x.wav").write_bytes(content)
    with pytest.raises(WavDamaged):
        read_wav(tmp_path / "x.wav")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.wav"):
        with pytest.raises(WavDamaged):
            read_wav(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(WavDamaged, match="too large"):
        read_wav(path)


def test_two_channels_become_one() -> None:
    stereo = np.array([[100, 300], [-100, 100]], dtype="<i2").tobytes()
    assert read_wav(wav_bytes(channels=2, frames=stereo)).samples.tolist() == [200, 0]


@pytest.mark.parametrize(
    "pcm",
    [
        tone(0.1),
        tone(121.0, rate_hz=8_000),
        Pcm(16_000, np.zeros(16_000, dtype=np.int16)),
        Pcm(16_000, np.zeros(0, dtype=np.int16)),
    ],
)
def test_sound_that_cannot_be_speech_is_refused(pcm: Pcm) -> None:
    with pytest.raises(WavDamaged):
        check_speech(pcm)


def test_a_sound_comes_back_as_it_was_written() -> None:
    pcm = tone(0.3)
    back = read_wav(to_wav_bytes(pcm))
    assert back.rate_hz == pcm.rate_hz
    assert np.array_equal(back.samples, pcm.samples)


def test_trim_leaves_the_margin_and_keeps_silence_alone() -> None:
    silence = np.zeros(8_000, dtype=np.int16)
    loud = np.full(1_000, 5_000, dtype=np.int16)
    assert len(trim(Pcm(16_000, np.concatenate([silence, loud, silence]))).samples) == 1_640
    assert len(trim(Pcm(16_000, silence)).samples) == 8_000


def test_join_puts_a_pause_after_each_piece() -> None:
    joined = join([(tone(0.5), 0.25), (tone(0.5), 0.0)])
    assert joined.duration_s == pytest.approx(1.25)
    assert not joined.samples[8_000:12_000].any()


def test_join_refuses_nothing_and_different_rates() -> None:
    with pytest.raises(WavDamaged):
        join([])
    with pytest.raises(WavDamaged):
        join([(tone(0.5), 0.1), (tone(0.5, rate_hz=22_050), 0.1)])


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_length_and_pitch(rate_hz: int) -> None:
    resampled = resample(tone(1.0), rate_hz)
    assert resampled.duration_s == pytest.approx(1.0, abs=0.001)
    spectrum = np.abs(np.fft.rfft(resampled.samples))
    assert np.fft.rfftfreq(len(resampled.samples), 1 / rate_hz)[spectrum.argmax()] == pytest.approx(
        440, abs=2
    )


def test_a_file_is_written_whole_for_its_owner_only(tmp_path: Path) -> None:
    write_atomically(b"abc", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x"]
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    with pytest.raises((IsADirectoryError, PermissionError)):
        write_atomically(b"abc", tmp_path / "folder")
    assert os.listdir(tmp_path) == ["folder"]
