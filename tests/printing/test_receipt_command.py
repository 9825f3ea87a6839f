"""``xianglin receipt verify``: the verdict in words and as an exit code, with nothing but the centre's key."""

import io
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.devices.print_raster import render_printout
from kiosk.domain.printout import A4, ROLL_58, ROLL_80
from tests.doctor.machines import write_settings
from tests.printing.codes import CENTRE, KIOSK, STRANGER
from tests.printing.papers import receipt

KEY = ["--centre-key", CENTRE.public_key.hex()]


def verify(*arguments: str) -> int:
    return main(["receipt", "verify", *arguments])


def test_genuine_code_is_said_with_what_was_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(KIOSK.text(), *KEY) == 0
    said = capsys.readouterr().out
    assert said.startswith("真的：由 dev-0007 开出")
    assert "编号：A07-000123-U" in said
    assert "是什么：受理回执" in said
    assert "时间：2026-11-23 16:05" in said


@pytest.mark.parametrize(
    ("text", "exit_code", "word"),
    [
        (KIOSK.text(124)[:60] + KIOSK.text(123)[60:], 3, "对不上"),
        (STRANGER.text(), 4, "没有认出来"),
        (KIOSK.text()[:-30], 4, "没有认出来"),
        ("x" * 5000, 4, "没有认出来"),
        (KIOSK.text(has_certificate=False), 5, "不能离线核对"),
    ],
    ids=["changed", "other centre", "cut", "endless", "bare"],
)
def test_every_other_verdict_has_its_words_and_its_exit_code(
    text: str, exit_code: int, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(text, *KEY) == exit_code
    said = capsys.readouterr().out
    assert said.startswith(word)
    assert "A07" not in said


def test_scanner_types_on_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(KIOSK.text() + "\r\nmore\n"))
    assert verify(*KEY) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert verify(*KEY) == 4
    capsys.readouterr()


@pytest.mark.parametrize("target", [ROLL_58, ROLL_80, A4], ids=["58", "80", "a4"])
def test_picture_of_the_paper_is_enough(
    target: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sheet,) = render_printout(receipt(qr_text=KIOSK.text()), target)  # type: ignore[arg-type]
    path = tmp_path / "回执.png"
    sheet.convert("L").save(path)
    assert verify("--image", str(path), *KEY) == 0
    capsys.readouterr()


def test_picture_without_a_code_or_no_picture_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sheet,) = render_printout(receipt(qr_text=""), ROLL_58)
    path = tmp_path / "plain.png"
    sheet.save(path)
    assert verify("--image", str(path), *KEY) == 1
    assert "没有找到方码" in capsys.readouterr().out
    path.write_bytes(b"no picture")
    assert verify("--image", str(path), *KEY) == 1
    assert "图片读不出来" in capsys.readouterr().out


def test_key_comes_from_the_settings_and_its_absence_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sync = {
        "centre_url": "https://centre.example",
        "centre_public_key": CENTRE.public_key.hex(),
    }
    settings = write_settings(tmp_path, sync=sync)
    assert verify(KIOSK.text(), "--config", str(settings)) == 0
    assert verify(KIOSK.text(), "--config", str(write_settings(tmp_path))) == 2
    assert "sync.centre_public_key" in "".join(capsys.readouterr())
    # No database was looked for or made.
    assert not (tmp_path / "state" / "kiosk.db").exists()
