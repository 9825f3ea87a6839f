"""``xianglin staff`` as typed: numbers come and go, and what cannot be taken is said in plain words."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.__main__ import main
from tests.doctor.machines import make_database, write_settings

Staff = Callable[..., int]


@pytest.fixture
def staff(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Staff:
    make_database(tmp_path)
    settings = str(write_settings(tmp_path))

    def run(*words: str, typed: str = "") -> int:
        raw = io.BytesIO(f"{typed}\n".encode())
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(raw, "utf-8"))
        return main(["staff", *words, "--config", settings])

    return run


def test_number_is_added_listed_and_removed(staff: Staff, capsys) -> None:  # type: ignore[no-untyped-def]
    assert staff("add", "2041", typed="280617") == 0
    assert staff("list") == 0
    shown = capsys.readouterr().out
    assert "2041" in shown
    assert "280617" not in shown
    assert staff("remove", "2041") == 0
    assert staff("list") == 0
    assert "还没有工作人员" in capsys.readouterr().out


def test_what_cannot_be_taken_is_said(staff: Staff, capsys) -> None:  # type: ignore[no-untyped-def]
    assert staff("add", "2041", typed="123456") == 1
    assert "密码太好猜" in capsys.readouterr().err
    assert staff("add", "abc", typed="280617") == 1
    assert "四到八位" in capsys.readouterr().err
    assert staff("remove", "2041") == 1
    assert "IDN-501" in capsys.readouterr().err
