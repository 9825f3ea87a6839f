"""The staff's commands, as typed."""

import argparse
import json
from pathlib import Path

import pytest

from sync.central.cli import add_central_parser, default_state_dir, run_central
from tests.sync.sync_parts import REGION, ROSTER


def run(state_dir: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_central_parser(parser.add_subparsers())
    arguments = ["central", *words, "--state-dir", str(state_dir), "--key-provider", "file"]
    return run_central(parser.parse_args(arguments))


@pytest.fixture(autouse=True)
def wide_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_centre_is_set_up_by_its_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    roster = tmp_path / "roster.json"
    roster.write_text(json.dumps(ROSTER, ensure_ascii=False), "utf-8")
    state = tmp_path / "state"
    key = "ab" * 32
    words = ("--id", "dev-0007", "--prefix", "A07", "--region", REGION, "--public-key", key)
    assert run(state, "enrol-device", *words) == 0
    assert run(state, "load-roster", str(roster)) == 0
    assert run(state, "public-key") == 0
    assert run(state, "show") == 0
    out = capsys.readouterr().out
    assert "enrolled dev-0007" in out
    assert "5 residents changed" in out
    assert "1 devices, 5 residents, 0 applications" in out
    assert "赵桂兰" not in out
    assert run(state, "show", "--with-residents") == 0
    assert "赵桂兰" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("decide", "no-such-event"), "SYN-302"),
        (("load-roster", "no-such-file"), "SYN-303"),
        (
            (
                "enrol-device",
                "--id",
                "d",
                "--prefix",
                "A07",
                "--region",
                REGION,
                "--public-key",
                "zz",
            ),
            "SYN-304",
        ),
    ],
)
def test_fault_is_one_line_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
):
    assert run(tmp_path, *words) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{code}: ")
    assert "Traceback" not in captured.err


def test_serve_is_what_central_does_alone(tmp_path: Path):
    parser = argparse.ArgumentParser()
    add_central_parser(parser.add_subparsers())
    alone = parser.parse_args(["central", "--port", "0", "--state-dir", str(tmp_path)])
    named = parser.parse_args(["central", "serve", "--port", "0", "--state-dir", str(tmp_path)])
    assert vars(alone) == vars(named)


def test_state_directory_is_told_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("XIANGLIN_CENTRAL_STATE", str(tmp_path))
    assert default_state_dir() == tmp_path
