"""Whatever fails, a person reads one sentence in Chinese with a code, and the log knows the rest."""

import argparse
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from accessibility.errors import AudioUnavailable
from kiosk.__main__ import main
from kiosk.commands import doctor
from kiosk.errors import KioskError, StorageDamaged, StorageFull
from kiosk.failures import command_log, no_traceback, tell
from kiosk.logs import log_file, start_logging, stop_logging
from sync.errors import SyncError, Unreachable

ROOT = Path(__file__).parents[2]


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor's command fail; any command would do."""

    def execute(_arguments: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(doctor, "execute", execute)


def state_of(home: Path) -> Path:
    return home / ("Xianglin" if os.name == "nt" else "xianglin")


@pytest.mark.parametrize(
    "error",
    [
        StorageFull("the disk is full"),
        StorageDamaged("x"),
        Unreachable("x"),
        SyncError("x"),
        AudioUnavailable("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_expected_failure_is_one_sentence_and_one_line_of_the_log(
    error: Exception,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state = state_of(home)
    state.mkdir(parents=True)
    fail_with(error, monkeypatch)
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    code = error.code  # type: ignore[attr-defined]
    assert re.fullmatch(rf"{code} [\u4e00-\u9fff].*。", line)
    assert captured.out == ""
    (logged,) = log_file(state).read_text("utf-8").splitlines()
    assert f"code={code} type={type(error).__name__}" in logged
    assert logged.endswith(line.removeprefix(f"{code} "))


def test_expected_failure_makes_no_folder_on_a_machine_without_a_kiosk(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(StorageFull("x"), monkeypatch)
    assert main(["doctor"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not home.exists()


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("of 11010519491231002X"), KioskError("bare"), AssertionError()]
)
def test_bug_is_a_sentence_on_the_screen_and_a_traceback_in_the_log(
    error: Exception,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail_with(error, monkeypatch)
    assert main(["doctor"]) == 1
    sentence, place = capsys.readouterr().err.splitlines()
    assert sentence.startswith("KSK-000 程序出了没有想到的错。已受理的事没有丢。")
    log = log_file(state_of(home))
    assert place == f"  详情在 {log}"
    text = log.read_text("utf-8")
    assert "Traceback" in text
    assert type(error).__name__ in text
    assert "19491231" not in text


def test_bug_is_written_elsewhere_when_the_state_folder_cannot_be_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home.write_text("a file in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fail_with(ZeroDivisionError("x"), monkeypatch)
    assert main(["doctor"]) == 1
    place = Path(capsys.readouterr().err.splitlines()[1].removeprefix("  详情在 "))
    assert "ZeroDivisionError" in place.read_text("utf-8")


def test_bug_is_said_when_nothing_can_be_written_at_all(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home.write_text("a file in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    fail_with(ZeroDivisionError("x"), monkeypatch)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err.splitlines()[1].strip().startswith("日志写不进去")


def test_failure_is_said_when_even_the_texts_are_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kiosk.failures.LOCALE", "xx-XX")
    assert tell(StorageFull("x"), tmp_path / "none") == 1
    assert (
        capsys.readouterr().err
        == "ACC-102 程序的文字文件坏了。请重新安装程序。已受理的事没有丢。\n"
    )


def in_thread(action: Callable[[], None]) -> None:
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def test_bug_in_a_thread_reaches_the_log_and_not_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> None:
        raise IndexError("x")

    before = sys.excepthook, threading.excepthook
    with no_traceback(tmp_path), command_log(tmp_path):
        in_thread(break_down)
        in_thread(sys.exit)
    assert (sys.excepthook, threading.excepthook) == before
    err = capsys.readouterr().err
    assert err.startswith("KSK-000")
    assert "Traceback" not in err
    assert log_file(tmp_path).read_text("utf-8").count("Traceback") == 1


def test_log_is_written_once_when_a_command_starts_it_twice(tmp_path: Path) -> None:
    first = start_logging(tmp_path)
    assert start_logging(tmp_path) is None
    logging.getLogger("kiosk").warning("once")
    stop_logging(first)
    assert log_file(tmp_path).read_text("utf-8").count("once") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_log_on_a_full_disk_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").mkdir()
    log_file(tmp_path).symlink_to("/dev/full")
    handler = start_logging(tmp_path)
    assert handler is not None
    logging.getLogger("kiosk").error("lost")
    stop_logging(handler)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.parametrize("words", [["no-such-command"], ["enrol"], ["run", "--no-such-option"], []])
def test_wrong_usage_is_answered_by_the_usage(
    words: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: xianglin" in capsys.readouterr().err


BROKEN = """[sitte]
[device]
id = "A"
[screen]
viewing_mm = 3
diagonal_in = "big"
"""


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (BROKEN.encode(), 5),
        (b"\x00\xff" * 100, 2),
        (b"x" * 300_000, 2),
        (b"", 2),
    ],
    ids=["four faults", "binary", "huge", "empty"],
)
def test_kiosk_says_every_fault_of_its_settings_and_is_out_of_service(
    content: bytes, lines: int, home: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--config", str(settings)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("KSK-100 设置有错。")
    assert len(done.stderr.splitlines()) == lines
    assert "code=KSK-100" in log_file(state_of(home)).read_text("utf-8")
