"""The centre's command: absent, busy or fed with wrong values, it says so in one sentence."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.__main__ import main
from tests.storage.states import contents

ROOT = Path(__file__).parents[2]

WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from kiosk.__main__ import main
sys.exit(main(["central", "serve"]))
"""


@pytest.mark.parametrize("package", ["fastapi", "sqlalchemy", "uvicorn"])
def test_machine_without_the_centre_is_told_how_to_install_it(package: str, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(package=package)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        '这台机器没有装中心。请运行：pip install "xianglin[central]"'
    ]
    assert not home.exists()


def central(state: Path, *words: str) -> int:
    return main(["central", *words, "--state-dir", str(state), "--key-provider", "file"])


DEVICE = ["--id", "dev-0007", "--prefix", "A07", "--region", "513022104203"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["load-roster", "none.json"], "SYN-303"),
        (["enrol-device", *DEVICE, "--public-key", "zz"], "SYN-304"),
        (["decide", "no-such-event"], "SYN-302"),
    ],
)
def test_failed_command_is_said_in_chinese_with_the_detail_below(
    words: list[str], code: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert central(tmp_path / "centre", *words) == 1
    first, detail = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{code} ")
    assert first.endswith("。")
    assert detail.startswith("  ")


def test_roster_with_a_wrong_row_is_refused_whole_and_names_the_place_only(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = json.loads((ROOT / "assets" / "sample_roster.json").read_text("utf-8"))
    roster["residents"][2]["name"] = 7
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(roster), "utf-8")
    assert central(tmp_path / "centre", "load-roster", str(file)) == 1
    err = capsys.readouterr().err
    assert "residents.2.name" in err
    assert roster["residents"][2]["citizen_id"] not in err


def test_taken_port_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert central(tmp_path / "centre", "serve", "--port", port) == 1
    assert capsys.readouterr().err.startswith("SYN-601 这个地址或者端口用不了。")


def test_damaged_database_of_the_centre_is_refused_and_left_untouched(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "centre"
    assert central(state, "public-key") == 0
    file = state / "central.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    before = contents(state)
    assert central(state, "public-key") == 1
    assert capsys.readouterr().err.startswith("SYN-403 ")
    assert contents(state) == before
