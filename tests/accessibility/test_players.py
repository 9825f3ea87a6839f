"""One contract for every player, then what is special about each."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from accessibility.audio import AudioPlayer, PlayerState
from accessibility.errors import AudioUnavailable, WavDamaged
from accessibility.players import make_player
from accessibility.portaudio import default_output_name
from accessibility.silent_player import RecordingPlayer, SilentPlayer
from accessibility.sounddevice_player import SoundDevicePlayer
from accessibility.wav import read_wav
from tests.accessibility.fakes import LIMIT_S, ManualTimers, PacedOutput, tone_wav

ROOT = Path(__file__).parents[2]


def real_device(folder: Path) -> AudioPlayer:
    try:
        default_output_name()
    except AudioUnavailable as error:
        pytest.skip(f"no sound output here: {error}")
    return SoundDevicePlayer()


PLAYERS: dict[str, Callable[[Path], AudioPlayer]] = {
    "silent": lambda folder: SilentPlayer(),
    "recording": lambda folder: RecordingPlayer(folder, pace=1.0),
    "sound device, simulated": lambda folder: SoundDevicePlayer(PacedOutput()),
    "sound device, real": real_device,
}


@pytest.fixture(params=PLAYERS)
def player(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AudioPlayer]:
    made = PLAYERS[request.param](tmp_path / "played")
    yield made
    made.close()


class Finished:
    """Counts the calls of on_finished."""

    def __init__(self) -> None:
        self.count = 0
        self.event = threading.Event()

    def __call__(self) -> None:
        self.count += 1
        self.event.set()


def test_a_sound_plays_for_its_length_and_says_once_that_it_is_over(player: AudioPlayer) -> None:
    finished = Finished()
    begun = time.monotonic()
    player.play(tone_wav(0.4), finished)
    assert player.state() is PlayerState.PLAYING
    assert finished.event.wait(LIMIT_S)
    assert 0.35 < time.monotonic() - begun < 2.0
    assert player.state() is PlayerState.IDLE
    player.stop()
    assert finished.count == 1


@pytest.mark.alone
def test_stop_takes_less_than_a_tenth_of_a_second_and_nothing_is_called(
    player: AudioPlayer,
) -> None:
    finished = Finished()
    player.play(tone_wav(0.5), finished)
    begun = time.monotonic()
    player.stop()
    assert time.monotonic() - begun < 0.1
    assert player.state() is PlayerState.IDLE
    assert not finished.event.wait(0.7)


def test_a_new_sound_takes_the_place_of_the_old_one(player: AudioPlayer) -> None:
    old, new = Finished(), Finished()
    player.play(tone_wav(0.5), old)
    player.play(tone_wav(0.3), new)
    assert new.event.wait(LIMIT_S)
    assert old.count == 0


def test_a_sound_may_come_from_a_file(player: AudioPlayer, tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(tone_wav(0.3))
    finished = Finished()
    player.play(tmp_path / "x.wav", finished, volume=0.3, name="welcome")
    assert finished.event.wait(LIMIT_S)


def test_a_damaged_sound_is_refused_and_the_player_stays_usable(player: AudioPlayer) -> None:
    with pytest.raises(WavDamaged):
        player.play(b"RIFF")
    assert player.state() is PlayerState.IDLE
    finished = Finished()
    player.play(tone_wav(0.3), finished)
    assert finished.event.wait(LIMIT_S)


def test_stop_without_a_sound_and_close_twice_do_nothing(player: AudioPlayer) -> None:
    player.stop()
    player.close()
    player.close()
    player.stop()
    assert player.state() is PlayerState.CLOSED
    with pytest.raises(AudioUnavailable):
        player.play(tone_wav())


def test_a_sound_may_be_followed_by_the_next_from_its_own_end(player: AudioPlayer) -> None:
    last = Finished()
    player.play(tone_wav(0.3), lambda: player.play(tone_wav(0.3), last))
    assert last.event.wait(LIMIT_S)


def test_silent_player_waits_as_long_as_the_sound() -> None:
    timers = ManualTimers()
    player = SilentPlayer(timers)
    finished = Finished()
    player.play(tone_wav(1.25), finished)
    assert timers.started[0].delay_s == pytest.approx(1.25)
    timers.started[0].fire()
    assert finished.count == 1


def test_silent_player_ignores_a_timer_that_fires_after_a_stop() -> None:
    timers = ManualTimers()
    player = SilentPlayer(timers)
    finished = Finished()
    player.play(tone_wav(), finished)
    player.stop()
    timers.started[0].fire()
    assert timers.started[0].is_cancelled
    assert finished.count == 0


def test_recording_player_numbers_the_sounds_in_the_order_of_playing(tmp_path: Path) -> None:
    player = RecordingPlayer(tmp_path / "out")
    for name in ("welcome", "receipt", "../../etc/x y", ""):
        finished = Finished()
        player.play(tone_wav(), finished, name=name)
        assert finished.event.wait(LIMIT_S)
    player.close()
    assert sorted(os.listdir(tmp_path / "out")) == [
        "001-welcome.wav",
        "002-receipt.wav",
        "003-etc-x-y.wav",
        "004-sound.wav",
    ]
    assert read_wav(tmp_path / "out" / "001-welcome.wav").duration_s == pytest.approx(0.5)


def test_recording_player_says_so_when_its_folder_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AudioUnavailable):
        RecordingPlayer(tmp_path / "file" / "out")


def test_device_hears_every_sample_at_its_own_rate() -> None:
    output = PacedOutput()
    player = SoundDevicePlayer(output)
    finished = Finished()
    player.play(tone_wav(0.3), finished)
    assert finished.event.wait(LIMIT_S)
    player.close()
    heard = np.frombuffer(output.streams[0].heard, dtype="<i2")
    assert np.array_equal(heard[:4800], read_wav(tone_wav(0.3)).samples)
    assert output.opened == [16_000]
    assert output.is_released()


def test_device_that_refuses_the_rate_gets_another_one() -> None:
    output = PacedOutput(rates_hz=(48_000,))
    player = SoundDevicePlayer(output)
    finished = Finished()
    player.play(tone_wav(0.3), finished)
    assert finished.event.wait(LIMIT_S)
    player.close()
    assert output.opened == [48_000]
    assert len(output.streams[0].heard) == pytest.approx(2 * 0.3 * 48_000, abs=2 * 960)


def test_device_that_takes_no_rate_is_unavailable() -> None:
    with pytest.raises(AudioUnavailable):
        SoundDevicePlayer(PacedOutput(rates_hz=())).play(tone_wav())


def test_device_that_is_missing_is_unavailable_until_it_is_plugged_in() -> None:
    output = PacedOutput()
    output.is_missing = True
    player = SoundDevicePlayer(output)
    with pytest.raises(AudioUnavailable):
        player.play(tone_wav(0.3))
    assert player.state() is PlayerState.IDLE
    output.is_missing = False
    finished = Finished()
    player.play(tone_wav(0.3), finished)
    assert finished.event.wait(LIMIT_S)
    player.close()


def test_device_lost_in_the_middle_still_ends_the_sound(caplog: pytest.LogCaptureFixture) -> None:
    output = PacedOutput()
    output.dies_after_blocks = 3
    player = SoundDevicePlayer(output)
    finished = Finished()
    player.play(tone_wav(2.0), finished)
    assert finished.event.wait(1.0)
    player.close()
    assert "middle of a prompt" in caplog.text


@pytest.mark.parametrize(
    ("volume", "peak"), [(1.0, 8000), (0.5, 4000), (0.0, 0), (7.0, 8000), (-1.0, 0)]
)
def test_volume_scales_what_the_device_hears(volume: float, peak: int) -> None:
    output = PacedOutput()
    player = SoundDevicePlayer(output)
    finished = Finished()
    player.play(tone_wav(0.25), finished, volume=volume)
    assert finished.event.wait(LIMIT_S)
    player.close()
    heard = np.frombuffer(output.streams[0].heard, dtype="<i2")
    assert abs(heard.astype(int)).max() == pytest.approx(peak, abs=20)


@pytest.mark.alone
def test_no_block_is_heard_a_tenth_of_a_second_after_a_stop() -> None:
    output = PacedOutput()
    player = SoundDevicePlayer(output)
    latencies_s = []
    for _ in range(5):
        player.play(tone_wav(2.0))
        assert output.streams[-1].first_block.wait(LIMIT_S)
        begun = time.monotonic()
        player.stop()
        latencies_s.append(max(time.monotonic(), output.streams[-1].last_heard_at) - begun)
    player.close()
    assert max(latencies_s) < 0.1


def test_real_portaudio_writes_exactly_the_prompt_to_a_simulated_sound_card(tmp_path: Path) -> None:
    """ALSA's own file device stands in for a loudspeaker; everything above it is real."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the simulated sound card is one of ALSA, which only Linux has")
    card = tmp_path / "asound.conf"
    raw = tmp_path / "heard.raw"
    card.write_text(
        f'pcm.!default {{ type file slave.pcm {{ type null }} file "{raw}" format "raw" }}\n'
        "ctl.!default { type null }\n"
    )
    prompt = tmp_path / "prompt.wav"
    prompt.write_bytes(tone_wav(1.0, rate_hz=22_050))
    script = f"""
import sys, threading
from pathlib import Path
from accessibility.errors import AudioUnavailable
from accessibility.portaudio import default_output_name
from accessibility.sounddevice_player import SoundDevicePlayer
try:
    default_output_name()
except AudioUnavailable as error:
    print("skip", error)
    sys.exit()
player, over = SoundDevicePlayer(), threading.Event()
player.play(Path({str(prompt)!r}), over.set)
print("finished", over.wait(20))
player.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={**os.environ, "ALSA_CONFIG_PATH": str(card), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.stdout.startswith("skip"):
        pytest.skip(f"PortAudio does not offer the simulated card: {done.stdout[5:].strip()}")
    assert done.stdout == "finished True\n", done.stderr
    heard = np.frombuffer(raw.read_bytes(), dtype="<i2")
    samples = read_wav(prompt).samples
    start = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(samples)[0])
    assert np.array_equal(heard[start : start + len(samples)], samples)


def test_setting_chooses_the_player(tmp_path: Path) -> None:
    assert isinstance(make_player("auto"), SoundDevicePlayer)
    assert type(make_player("none")) is SilentPlayer
    assert isinstance(make_player(f"record:{tmp_path / 'out'}"), RecordingPlayer)
    for spec in ("", "record:", "loud"):
        with pytest.raises(ValueError, match="none of auto"):
            make_player(spec)
