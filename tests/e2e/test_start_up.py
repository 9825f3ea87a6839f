"""The installed command from outside: what it prints, what it shows, how it ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = """
[device]
id = "dev-0001"
receipt_prefix = "A01"
region_code = "513022104203"
[hardware]
camera = "none"
audio = "none"
[storage]
state_dir = "{state}"
key_provider = "file"
"""


def start(arguments: Sequence[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk", *arguments],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def settings(tmp_path: Path, text: str = GOOD) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text(text.format(state=tmp_path / "state"), "utf-8")
    return file


@pytest.mark.slow
def test_first_page_is_painted_before_the_kiosk_is_ready(tmp_path: Path) -> None:
    file = settings(tmp_path)
    with start(["run", "--config", str(file), "--measure-start-up"]) as process:
        out, err = process.communicate(timeout=60)
    figures = [json.loads(line) for line in out.splitlines()]
    assert [next(iter(figure)) for figure in figures] == ["first_paint_ms", "ready_ms"]
    assert process.returncode == 0
    assert err == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[site", "KSK-100", "TOML"),
        ("[identity]\nface_threshold = 0.6", "KSK-100", "identity.face_threshold"),
        ("", "KSK-100", "xianglin provision"),
    ],
)
def test_broken_settings_are_said_in_plain_words_and_nothing_is_made(
    tmp_path: Path, text: str, code: str, said: str
) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(text, "utf-8")
    with start(["run", "--config", str(file)]) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert code in err
    assert said in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk.toml"]


@pytest.mark.slow
def test_damaged_database_is_moved_aside_and_the_kiosk_serves(tmp_path: Path) -> None:
    file = settings(tmp_path)
    with start(["run", "--config", str(file), "--measure-start-up"]) as process:
        process.communicate(timeout=60)
    database = tmp_path / "state" / "kiosk.db"
    damaged = bytearray(database.read_bytes())
    damaged[5000:5100] = bytes(100)
    database.write_bytes(damaged)
    # A command that only looks says so and leaves it.
    with start(["requests", "--config", str(file)]) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "KSK-202" in err
    assert "xianglin repair" in err
    assert database.read_bytes() == bytes(damaged)
    with start(["run", "--config", str(file), "--measure-start-up"]) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "ready_ms" in out
    assert err == ""
    (kept,) = (tmp_path / "state" / "quarantine").glob("*/kiosk.db")
    assert kept.read_bytes() == bytes(damaged)
    with start(["repair", "--seen", "--config", str(file)]) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert kept.parent.name in out
    assert (kept.parent / "seen").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM for another process")
def test_kiosk_ends_cleanly_when_the_system_stops_it(tmp_path: Path) -> None:
    file = settings(tmp_path)
    with start(["run", "--config", str(file)]) as process:
        log = tmp_path / "state" / "log"
        # Made behind the first paint: whoever stops it earlier stops an interpreter that is still reading modules.
        made = tmp_path / "state" / "kiosk.db.made"
        for _ in range(240):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.25)
            if made.exists():
                break
        assert made.exists()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == ""
    assert log.is_dir()
