from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from accessibility.errors import AudioUnavailable
from kiosk.devices import sounddevice_microphone
from kiosk.devices.absent_microphone import AbsentMicrophone
from kiosk.devices.factory import make_microphone
from kiosk.devices.file_microphone import FileMicrophone
from kiosk.devices.simulated_microphone import SimulatedMicrophone
from kiosk.devices.sounddevice_microphone import SounddeviceMicrophone
from kiosk.errors import ConfigError, MicrophoneUnavailable
from kiosk.services.ports import SOUND_BLOCK
from tests.devices.microphones import FAST, start_card, tone, write_wav


def loud_share(blocks: list[Any]) -> float:
    return float(np.mean([np.abs(block).max() > 4_000 for block in blocks]))


def test_file_microphone_plays_its_files_in_turn_between_silence(tmp_path: Path) -> None:
    write_wav(tmp_path / "1.wav", tone(16_000, 0.32), 16_000)
    write_wav(tmp_path / "2.wav", tone(16_000, 0.64), 16_000)
    microphone = FileMicrophone(tmp_path, FAST)
    lengths = []
    for _ in range(3):
        microphone.open()
        blocks = [microphone.read() for _ in range(100)]
        assert loud_share(blocks[:30]) == 0
        assert loud_share(blocks[-30:]) == 0
        lengths.append(round(100 * loud_share(blocks)))
    assert lengths == [pytest.approx(n, abs=1) for n in (11, 21, 11)]


@pytest.mark.parametrize("name", ["absent.wav", "empty", "noise.wav"])
def test_file_microphone_is_unavailable_when_nothing_can_be_played(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "noise.wav").write_bytes(b"RIFF but not really")
    with pytest.raises(MicrophoneUnavailable):
        FileMicrophone(tmp_path / name, FAST).open()


def test_sounddevice_microphone_is_unavailable_when_the_device_falls_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sounddevice_microphone, "READ_TIMEOUT_S", 0.05)
    microphone = SounddeviceMicrophone(start=start_card(16_000, pieces=3))
    microphone.open()
    microphone.read()  # three pieces of 389 samples are two blocks
    microphone.read()
    with pytest.raises(MicrophoneUnavailable, match="no sound any more"):
        microphone.read()
    microphone.close()


class FakeSounddevice(ModuleType):
    class PortAudioError(Exception):
        pass

    def __init__(self, rates: tuple[int, ...], own_hz: float = 48_000.0) -> None:
        super().__init__("sounddevice")
        self.rates, self.own_hz, self.asked = rates, own_hz, []

    def query_devices(self, device: Any, kind: str) -> dict[str, float]:
        if not self.own_hz:
            raise self.PortAudioError("Error querying device -1")
        return {"default_samplerate": self.own_hz}

    def RawInputStream(  # noqa: N802  (as sounddevice has it)
        self, *, samplerate: int, **others: Any
    ) -> Any:
        self.asked.append((samplerate, others["device"]))
        if samplerate not in self.rates:
            raise self.PortAudioError("Invalid sample rate")
        return SimpleNamespace(
            samplerate=samplerate, start=lambda: others["callback"](bytes(4_800), 0, None, None),
            abort=lambda: None, close=lambda: None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "rates", "asked"),
    [
        ("", (16_000, 48_000), [(16_000, None)]),
        ("", (48_000,), [(16_000, None), (48_000, None)]),
        ("3", (16_000,), [(16_000, 3)]),
        ("USB", (16_000,), [(16_000, "USB")]),
    ],
)
def test_portaudio_is_asked_for_16_khz_first_and_then_for_the_devices_own_rate(
    monkeypatch: pytest.MonkeyPatch, spec: str, rates: tuple[int, ...], asked: list[Any]
) -> None:
    fake = FakeSounddevice(rates)
    monkeypatch.setattr(sounddevice_microphone, "load_sounddevice", lambda: fake)
    microphone = SounddeviceMicrophone(spec)
    microphone.open()
    assert microphone.read().shape == (SOUND_BLOCK,)
    assert fake.asked == asked
    microphone.close()


@pytest.mark.parametrize("fake", [FakeSounddevice((16_000,), own_hz=0), FakeSounddevice(())])
def test_portaudio_microphone_is_unavailable_when_there_is_none_or_no_rate_fits(
    monkeypatch: pytest.MonkeyPatch, fake: FakeSounddevice
) -> None:
    monkeypatch.setattr(sounddevice_microphone, "load_sounddevice", lambda: fake)
    with pytest.raises(MicrophoneUnavailable):
        SounddeviceMicrophone().open()


def test_microphone_is_unavailable_when_the_sound_library_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load() -> ModuleType:
        raise AudioUnavailable("no sound library")

    monkeypatch.setattr(sounddevice_microphone, "load_sounddevice", load)
    with pytest.raises(MicrophoneUnavailable):
        SounddeviceMicrophone().open()


def test_real_portaudio_without_a_microphone_says_so_and_does_not_crash() -> None:
    microphone = SounddeviceMicrophone("63")
    with pytest.raises(MicrophoneUnavailable):
        microphone.open()
    microphone.close()


def test_factory_builds_what_the_setting_names(tmp_path: Path) -> None:
    assert isinstance(make_microphone("none"), AbsentMicrophone)
    assert isinstance(make_microphone("sounddevice"), SounddeviceMicrophone)
    assert make_microphone("sounddevice:USB").label == "麦克风（USB）"
    assert isinstance(make_microphone(f"file:{tmp_path}"), FileMicrophone)
    assert isinstance(make_microphone(f"simulated:{tmp_path}"), SimulatedMicrophone)


@pytest.mark.parametrize("spec", ["", "file:", "opencv:0", "microphone"])
def test_factory_refuses_another_text(spec: str) -> None:
    with pytest.raises(ConfigError, match="microphone"):
        make_microphone(spec)
