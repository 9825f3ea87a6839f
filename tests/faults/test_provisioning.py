"""Provisioning makes everything or nothing, and never a second identity."""

import os
import stat
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.runtime import open_runtime

KEY = "ab" * 32
GOOD = {
    "--device-id": "dev-0007",
    "--receipt-prefix": "A07",
    "--region": "513022104203",
    "--key-provider": "file",
    "--site-name": '张村 "服务站"',
}


def provision(tmp_path: Path, **changed: str) -> int:
    options = {
        **GOOD,
        "--config": str(tmp_path / "etc" / "kiosk.toml"),
        "--state-dir": str(tmp_path / "state"),
    }
    options |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return main(["provision", *(word for pair in options.items() for word in pair)])


def test_machine_can_serve_after_provisioning_and_is_told_the_next_steps(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert provision(tmp_path) == 0
    out = capsys.readouterr().out
    settings = tmp_path / "etc" / "kiosk.toml"
    config = load_config(settings)
    assert config.site.name == GOOD["--site-name"]
    with open_runtime(config) as runtime:
        assert f"--public-key {runtime.signer.public_key.hex()}" in out
    for command in ("enrol-device", "sync", "doctor", "enrol", "run"):
        assert f"xianglin {'central ' if '-' in command else ''}{command}" in out
    assert f"xianglin doctor --config {settings}" in out
    if os.name == "posix":
        assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert not home.exists()


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"receipt_prefix": "a07"}, "device.receipt_prefix"),
        ({"receipt_prefix": "A0"}, "device.receipt_prefix"),
        ({"region": "5130221042"}, "device.region_code"),
        ({"region": "51302210420x"}, "device.region_code"),
        ({"device_id": "Dev 7"}, "device.id"),
        ({"centre_url": "http://centre.example", "centre_key": KEY}, "sync.centre_url"),
        ({"centre_url": "https://centre.example"}, "sync.centre_public_key"),
        ({"centre_url": "https://centre.example", "centre_key": "abc"}, "sync.centre_public_key"),
        ({"site_name": "x" * 100}, "site.name"),
        ({"site_name": "a\x7f"}, "site.name"),
    ],
)
def test_wrong_value_is_said_and_nothing_is_left_behind(
    changed: dict[str, str],
    key: str,
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert provision(tmp_path, **changed) == 2
    _, fault = capsys.readouterr().err.splitlines()
    assert fault.startswith(f"  {key}：")
    assert list(tmp_path.iterdir()) == []


def test_second_provisioning_changes_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert provision(tmp_path) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert provision(tmp_path, receipt_prefix="B08") == 2
    assert "已经有了" in capsys.readouterr().err
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_device_keeps_its_key_when_only_the_settings_were_moved_away(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provision(tmp_path)
    first = capsys.readouterr().out
    (tmp_path / "etc" / "kiosk.toml").unlink()
    provision(tmp_path)
    second = capsys.readouterr().out
    key = first.split("--public-key ")[1].split()[0]
    assert f"--public-key {key}" in second


def test_file_in_the_way_is_said_and_left(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("important")
    assert provision(tmp_path) == 1
    assert capsys.readouterr().err.startswith("KSK-200 数据库打不开")
    assert (tmp_path / "state").read_text() == "important"
    assert not (tmp_path / "etc").exists()


def test_settings_that_cannot_be_written_are_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "etc").write_text("a file in the way")
    assert provision(tmp_path) == 2
    assert "写不进去" in capsys.readouterr().err
