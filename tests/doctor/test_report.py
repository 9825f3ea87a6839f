"""The whole examination, as staff and programs see it."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.doctor.finding import SUBJECTS
from kiosk.doctor.report import print_report
from kiosk.runtime import open_runtime
from tests.doctor.machines import make_database, write_settings

PROVISIONED = set(SUBJECTS)
WITHOUT_DATABASE = PROVISIONED - {
    "keys",
    "queue",
    "roster",
    "catalogue",
    "staff",
    "templates",
}


def rows(captured: str) -> dict[str, dict[str, str]]:
    return {row["check"]: row for row in json.loads(captured)}


def test_unprovisioned_machine_is_told_the_next_step_and_nothing_is_made(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--json"]) == 1
    found = rows(capsys.readouterr().out)
    assert set(found) == WITHOUT_DATABASE
    assert "xianglin provision" in found["database"]["remedy"]
    assert "xianglin provision" in found["settings"]["found"]
    assert not home.exists()


def test_provisioned_machine_can_serve_and_is_left_as_it_was(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = make_database(tmp_path)
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    assert main(["doctor", "--config", str(write_settings(tmp_path)), "--json"]) == 0
    found = rows(capsys.readouterr().out)
    assert set(found) == PROVISIONED
    assert found["database"]["health"] == "good"
    after = {path.name: path.read_bytes() for path in state.iterdir() if path.is_file()}
    assert before == {name: after[name] for name in before}


def test_examination_works_beside_a_running_kiosk(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = write_settings(tmp_path)
    with open_runtime(load_config(settings)) as runtime, runtime.store.transaction():
        # Even in the middle of a resident's transaction.
        assert main(["doctor", "--config", str(settings), "--json"]) == 0
    found = rows(capsys.readouterr().out)
    assert found["database"]["health"] == "good"
    assert found["queue"]["found"] == "0 件"


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda state: (state / "kiosk.db").write_bytes(b"x" * 9000), "KSK-202"),
        (lambda state: (state / "kiosk.db").unlink(), "KSK-202"),
        (lambda state: (state / "xianglin-database-key.key").unlink(), "KSK-205"),
        (lambda state: (state / "xianglin-database-key.key").write_text("ab" * 32), "KSK-203"),
    ],
    ids=["damaged", "deleted", "key gone", "another key"],
)
def test_fault_of_the_database_is_a_row_and_the_others_are_still_made(
    break_it: object, code: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = make_database(tmp_path)
    assert callable(break_it)
    break_it(state)
    assert main(["doctor", "--config", str(write_settings(tmp_path)), "--json"]) == 1
    found = rows(capsys.readouterr().out)
    assert found["database"]["code"] == code
    assert found["centre"]["health"] == "warning"
    assert found["sound"]["found"]


def test_every_fault_of_the_settings_is_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_text("[sitte]\n[screen]\nviewing_mm = 1\n[sync]\ninterval_s = 'x'\n", "utf-8")
    assert main(["doctor", "--config", str(settings), "--json"]) == 1
    found = rows(capsys.readouterr().out)["settings"]["found"]
    assert [word in found for word in ("sitte", "viewing_mm", "interval_s")] == [True] * 3


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_table_folds_and_never_cuts(
    columns: int,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert print_report(None) == 1
    out = capsys.readouterr().out
    assert "…" not in out
    widths = {
        sum(1 + (unicodedata.east_asian_width(c) == "W") for c in line) for line in out.splitlines()
    }
    assert max(widths) <= columns
    # Broken over several lines, the sentence is whole: the cells of its column, put together.
    cells = [line.split("│")[3].strip() for line in out.splitlines() if line.count("│") == 5]
    assert "device.receipt_prefix" in "".join(cells).replace(" ", "")


def test_table_needs_no_terminal_and_no_unicode_locale(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "doctor"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b""
    assert "乡邻 · 机器检查" in done.stdout.decode()
