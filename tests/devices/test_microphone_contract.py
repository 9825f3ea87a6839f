"""What every microphone promises, run against each of them."""

import threading
from pathlib import Path

import numpy as np
import pytest

from accessibility.errors import AudioUnavailable
from accessibility.portaudio import load_sounddevice
from kiosk.devices.absent_microphone import AbsentMicrophone
from kiosk.devices.file_microphone import FileMicrophone
from kiosk.devices.simulated_microphone import SimulatedMicrophone
from kiosk.devices.sounddevice_microphone import SounddeviceMicrophone
from kiosk.errors import MicrophoneUnavailable
from kiosk.services.ports import SOUND_BLOCK, Microphone
from tests.devices.microphones import FAST, start_card, tone, write_digits, write_wav

WORKING = (
    "file",
    "folder",
    "simulated",
    "file-of-48-kHz",
    "card-of-16-kHz",
    "card-of-44-kHz",
    "device",
)


def require_a_device() -> None:
    try:
        sounddevice = load_sounddevice()
        sounddevice.query_devices(None, "input")
    except AudioUnavailable as error:
        pytest.skip(f"no microphone can be asked for: {error}")
    except (sounddevice.PortAudioError, ValueError) as error:
        pytest.skip(f"no microphone is attached: {error}")


@pytest.fixture(params=WORKING)
def microphone(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    made: Microphone
    if request.param in ("file", "file-of-48-kHz"):
        rate_hz = 48_000 if "48" in request.param else 16_000
        made = FileMicrophone(write_wav(tmp_path / "a.wav", tone(rate_hz), rate_hz), FAST)
    elif request.param == "folder":
        for name in ("a", "b"):
            write_wav(tmp_path / f"{name}.wav", tone(16_000), 16_000)
        made = FileMicrophone(tmp_path, FAST)
    elif request.param == "simulated":
        made = SimulatedMicrophone(write_digits(tmp_path / "digits"), FAST)
    elif request.param == "card-of-16-kHz":
        made = SounddeviceMicrophone(start=start_card(16_000))
    elif request.param == "card-of-44-kHz":
        made = SounddeviceMicrophone(start=start_card(44_100))
    else:
        require_a_device()
        made = SounddeviceMicrophone()
    yield made
    made.close()


def test_read_gives_blocks_of_one_size_when_open(microphone: Microphone) -> None:
    microphone.open()
    for _ in range(20):
        block = microphone.read()
        assert block.dtype == np.int16
        assert block.shape == (SOUND_BLOCK,)


def test_read_raises_when_the_microphone_is_not_open(microphone: Microphone) -> None:
    with pytest.raises(MicrophoneUnavailable):
        microphone.read()


def test_read_raises_when_the_microphone_was_closed(microphone: Microphone) -> None:
    microphone.open()
    microphone.read()
    microphone.close()
    with pytest.raises(MicrophoneUnavailable):
        microphone.read()


def test_close_is_safe_when_called_twice_or_before_open(microphone: Microphone) -> None:
    microphone.close()
    microphone.open()
    microphone.close()
    microphone.close()


def test_microphone_can_be_opened_again_when_it_was_closed_or_is_open(
    microphone: Microphone,
) -> None:
    for _ in range(3):
        microphone.open()
        assert microphone.read().size == SOUND_BLOCK
        microphone.close()
    microphone.open()
    microphone.open()
    assert microphone.read().size == SOUND_BLOCK


def test_read_gives_a_block_that_the_caller_may_change(microphone: Microphone) -> None:
    microphone.open()
    microphone.read()[:] = 0
    assert microphone.read().size == SOUND_BLOCK


def test_label_names_no_path(microphone: Microphone) -> None:
    assert microphone.label
    assert "/" not in microphone.label
    assert "\\" not in microphone.label


def test_close_leaves_no_thread_behind(microphone: Microphone) -> None:
    before = threading.active_count()
    microphone.open()
    microphone.read()
    microphone.close()
    assert threading.active_count() == before


def test_simulated_microphone_gives_what_it_is_told_only_while_it_is_open(tmp_path: Path) -> None:
    microphone = SimulatedMicrophone(write_digits(tmp_path / "digits"), FAST)
    microphone.open()
    microphone.say("7")
    loud = [int(np.abs(microphone.read().astype(np.int32)).max()) for _ in range(40)]
    assert max(loud[:10]) > 5_000
    assert max(loud[20:]) < 500
    microphone.say("12")
    microphone.close()
    microphone.say("34")
    microphone.open()
    assert max(np.abs(microphone.read().astype(np.int32))) < 500


def test_simulated_microphone_says_which_recording_is_missing(tmp_path: Path) -> None:
    microphone = SimulatedMicrophone(write_digits(tmp_path / "digits"), FAST)
    (tmp_path / "digits" / "4.wav").unlink()
    with pytest.raises(MicrophoneUnavailable, match="of 4"):
        microphone.open()


def test_absent_microphone_refuses_at_once_when_opened_or_read() -> None:
    microphone: Microphone = AbsentMicrophone()
    for action in (microphone.open, microphone.read):
        with pytest.raises(MicrophoneUnavailable):
            action()
    microphone.close()
    assert microphone.label
