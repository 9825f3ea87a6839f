"""The client against the real worker where eSpeak NG is, and against workers that misbehave."""

import logging
import os
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accessibility.errors import SynthesisFailed, SynthesizerUnavailable
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer, split_phrases
from accessibility.rate import RateLevel
from accessibility.scratch import scratch_folder, scratch_root, sweep_scratch
from accessibility.wav import check_speech, read_wav
from tests.accessibility.fakes import LIMIT_S, tone_wav

TEXT = "您好，欢迎来办事。请用手点一下屏幕，开始办理。"
CHARACTERS = 20


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pyttsx3Synthesizer]:
    synthesizer = Pyttsx3Synthesizer()
    render(synthesizer, tmp_path_factory.mktemp("first") / "x.wav")  # its reader thread lives on
    yield synthesizer
    synthesizer.close()


def render(
    synthesizer: Pyttsx3Synthesizer, target: Path, level: RateLevel = RateLevel.NORMAL
) -> float:
    try:
        synthesizer.render(TEXT, level, target)
    except SynthesizerUnavailable as error:
        pytest.skip(f"no speech engine here: {error}")
    return check_speech(read_wav(target)).duration_s


class TestRealEngine:
    def test_it_writes_16_bit_mono_speech(self, real: Pyttsx3Synthesizer, tmp_path: Path) -> None:
        render(real, tmp_path / "x.wav")
        pcm = read_wav(tmp_path / "x.wav")
        assert pcm.rate_hz == 22_050
        assert pcm.rms > 1000
        assert os.listdir(tmp_path) == ["x.wav"]

    def test_its_rates_are_those_promised(self, real: Pyttsx3Synthesizer, tmp_path: Path) -> None:
        a_minute = {
            level: 60 * CHARACTERS / render(real, tmp_path / f"{level}.wav", level)
            for level in RateLevel
        }
        assert 105 < a_minute[RateLevel.SLOW] < 135
        assert 135 < a_minute[RateLevel.NORMAL] < 165
        assert 165 < a_minute[RateLevel.FAST] < 200

    def test_every_text_gets_its_own_sound_and_rate(
        self, real: Pyttsx3Synthesizer, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The engine loses a text or keeps the last rate now and then, unless it is waited for."""
        lengths: dict[RateLevel, set[float]] = {level: set() for level in RateLevel}
        for turn in range(12):
            for level in RateLevel:
                lengths[level].add(round(render(real, tmp_path / f"{turn}.wav", level), 1))
        for level, seen in lengths.items():
            assert max(seen) - min(seen) < 0.25, (level, seen)
        assert not caplog.records  # no text was lost and rendered again

    def test_a_target_that_cannot_be_written_fails_and_the_next_text_works(
        self, real: Pyttsx3Synthesizer, tmp_path: Path
    ) -> None:
        render(real, tmp_path / "x.wav")
        with pytest.raises(SynthesisFailed):
            real.render(TEXT, RateLevel.NORMAL, tmp_path / "absent" / "x.wav")
        render(real, tmp_path / "y.wav")

    def test_texts_from_several_threads_do_not_mix(
        self, real: Pyttsx3Synthesizer, tmp_path: Path
    ) -> None:
        render(real, tmp_path / "alone.wav")
        threads = [
            threading.Thread(
                target=real.render, args=(TEXT, RateLevel.NORMAL, tmp_path / f"{number}.wav")
            )
            for number in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_S)
        alone = read_wav(tmp_path / "alone.wav").duration_s
        for number in range(6):
            assert read_wav(tmp_path / f"{number}.wav").duration_s == pytest.approx(alone, abs=0.1)

    def test_nothing_stays_in_the_scratch_folder(
        self, real: Pyttsx3Synthesizer, tmp_path: Path
    ) -> None:
        render(real, tmp_path / "x.wav")
        assert not list(scratch_root().glob(f"xianglin-voice-{os.getpid()}-*"))

    def test_a_missing_speech_library_is_said_and_not_tried_again(self, tmp_path: Path) -> None:
        """The worker runs with a pyttsx3 that fails as the real one does without libespeak-ng."""
        package = tmp_path / "pyttsx3"
        package.mkdir()
        (package / "__init__.py").write_text("raise RuntimeError('no eSpeak')")
        # before the folder of the project on the path
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        code += "from accessibility.pyttsx3_worker import main; main([])"
        synthesizer = Pyttsx3Synthesizer([sys.executable, "-c", code])
        for _ in range(2):
            with pytest.raises(SynthesizerUnavailable, match="no eSpeak") as caught:
                synthesizer.render(TEXT, RateLevel.NORMAL, tmp_path / "x.wav")
        assert caught.value.code == "ACC-201"
        synthesizer.close()

    def test_a_driver_that_does_not_exist_is_unavailable(self, tmp_path: Path) -> None:
        synthesizer = Pyttsx3Synthesizer(
            [sys.executable, "-m", "accessibility.pyttsx3_worker", "nonsense"]
        )
        with pytest.raises(SynthesizerUnavailable, match="no speech engine"):
            synthesizer.render(TEXT, RateLevel.NORMAL, tmp_path / "x.wav")
        synthesizer.close()


HEAD = """
import json, os, shutil, sys, threading
from pathlib import Path
starts = Path({starts!r})
starts.write_text(str(int(starts.read_text() or 0) + 1))
start = int(starts.read_text())
def say(**message):
    print(json.dumps(message), flush=True)
def hang():
    threading.Event().wait(60)
def good(request):
    shutil.copy({tone!r}, request["target"])
    say(id=request["id"], ok=True)
say(ready=True, driver="espeak", voice="v", script="pinyin")
for line in sys.stdin:
    request = json.loads(line)
"""


class Misbehaving:
    """Makes workers that follow a script for each request; ``start`` counts the processes."""

    def __init__(self, folder: Path) -> None:
        self._starts = folder / "starts"
        self._starts.write_text("")
        self._tone = folder / "tone.wav"
        self._tone.write_bytes(tone_wav())

    def synthesizer(self, body: str) -> Pyttsx3Synthesizer:
        script = HEAD.format(starts=str(self._starts), tone=str(self._tone))
        script += textwrap.indent(textwrap.dedent(body), "    ")
        return Pyttsx3Synthesizer([sys.executable, "-c", script], render_limit_s=1.0)

    @property
    def starts(self) -> int:
        return int(self._starts.read_text())


@pytest.fixture
def misbehaving(tmp_path: Path) -> Misbehaving:
    return Misbehaving(tmp_path)


FAULTS = {
    "crashes": "os._exit(3)",
    "is killed": "os.kill(os.getpid(), 9)",
    "hangs": "hang()",
    "talks garbage": "print('Audio saved to x', flush=True)",
    "answers no object": "print('[1]', flush=True)",
    "answers another question": "say(id=-1, ok=True)",
    "reports a fault": "say(id=request['id'], ok=False, error='OSError')",
    "writes nothing": "say(id=request['id'], ok=True)",
    "writes garbage": "Path(request['target']).write_bytes(b'RIFF'); say(id=request['id'], ok=True)",
    "floods": "print('x' * 10_000_000, flush=True)",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_worker_that_fails_once_is_replaced_and_the_text_rendered(
    fault: str, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    synthesizer = misbehaving.synthesizer(f"if start > 1:\n    good(request)\nelse:\n    {fault}")
    synthesizer.render("您好，请坐。", RateLevel.NORMAL, tmp_path / "x.wav")
    synthesizer.close()
    assert misbehaving.starts == 2
    assert read_wav(tmp_path / "x.wav").duration_s > 1.0


def test_a_worker_that_always_fails_gives_up_and_leaves_no_file(
    misbehaving: Misbehaving, tmp_path: Path
) -> None:
    synthesizer = misbehaving.synthesizer("os._exit(3)")
    with pytest.raises(SynthesisFailed) as caught:
        synthesizer.render("您好。", RateLevel.NORMAL, tmp_path / "x.wav")
    synthesizer.close()
    assert caught.value.code == "ACC-202"
    assert misbehaving.starts == 2
    assert not (tmp_path / "x.wav").exists()


def test_the_same_worker_serves_many_texts(misbehaving: Misbehaving, tmp_path: Path) -> None:
    synthesizer = misbehaving.synthesizer("good(request)")
    for _ in range(3):
        synthesizer.render("您好，请坐。", RateLevel.FAST, tmp_path / "x.wav")
    synthesizer.close()
    assert misbehaving.starts == 1


def test_the_worker_is_given_pinyin_with_its_pause(
    misbehaving: Misbehaving, tmp_path: Path
) -> None:
    log = tmp_path / "asked.txt"
    synthesizer = misbehaving.synthesizer(
        f"Path({str(log)!r}).open('a', encoding='utf-8').write(request['text'] + '|'); good(request)"
    )
    synthesizer.render("您好，银行。", RateLevel.NORMAL, tmp_path / "x.wav")
    synthesizer.close()
    assert log.read_text("utf-8") == "nin2 hao3，|yin2 hang2。|"


def test_close_ends_a_rendering_that_hangs(misbehaving: Misbehaving, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    synthesizer = misbehaving.synthesizer(f"Path({str(begun)!r}).touch(); hang()")
    errors: list[Exception] = []

    def work() -> None:
        try:
            synthesizer.render("您好。", RateLevel.NORMAL, tmp_path / "x.wav")
        except SynthesizerUnavailable as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + LIMIT_S
    while not begun.exists() and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    synthesizer.close()
    thread.join(LIMIT_S)
    assert [str(error) for error in errors] == ["closed"]
    with pytest.raises(SynthesizerUnavailable):
        synthesizer.render("您好。", RateLevel.NORMAL, tmp_path / "x.wav")


def test_a_program_that_cannot_start_fails(tmp_path: Path) -> None:
    synthesizer = Pyttsx3Synthesizer([str(tmp_path / "absent")])
    with pytest.raises(SynthesisFailed):
        synthesizer.render("您好。", RateLevel.NORMAL, tmp_path / "x.wav")
    synthesizer.close()


def test_faults_are_logged_without_the_text(
    misbehaving: Misbehaving, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    synthesizer = misbehaving.synthesizer(
        "say(id=request['id'], ok=False, error=request['text'][:3])"
    )
    with pytest.raises(SynthesisFailed):
        synthesizer.render("张某国。", RateLevel.NORMAL, tmp_path / "x.wav")
    synthesizer.close()
    assert "张" not in caplog.text
    assert "zhang1 mou3 guo2" not in caplog.text


def test_nothing_to_say_fails(tmp_path: Path) -> None:
    with pytest.raises(SynthesisFailed):
        Pyttsx3Synthesizer().render("，。", RateLevel.NORMAL, tmp_path / "x.wav")


def test_phrases_are_cut_at_every_pause() -> None:
    assert split_phrases("您好，请坐。好吗？好") == [
        ("您好", "，"),
        ("请坐", "。"),
        ("好吗", "？"),
        ("好", "。"),
    ]


def test_scratch_folders_of_dead_processes_are_swept_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "xianglin-voice-999999999-abc").mkdir()
    (tmp_path / "xianglin-voice-999999999-abc" / "speech.wav").write_bytes(b"x")
    (tmp_path / "xianglin-voice-notes").mkdir()
    with scratch_folder(tmp_path) as mine:
        assert sweep_scratch(tmp_path) == 1
        assert sorted(os.listdir(tmp_path)) == sorted([mine.name, "xianglin-voice-notes"])
    assert os.listdir(tmp_path) == ["xianglin-voice-notes"]
