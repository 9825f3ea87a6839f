"""The checks of a change: all of them, to the end, with a table that cannot be misread."""

import io
import sys
from pathlib import Path

from _console import Console
from _suite import LINT, TESTS, TYPES, Check, Outcome, offscreen, run_checks, run_suite, summary


class FakeCall:
    """Stands for subprocess.call; answers by the module that would run."""

    def __init__(self, **codes: int) -> None:
        self.codes = codes
        self.modules: list[str] = []

    def __call__(self, command: list[str], **_options: object) -> int:
        module = command[2]
        self.modules.append(module)
        return self.codes.get(module, 0)


def test_later_checks_run_when_an_earlier_one_fails(console: Console, tmp_path: Path) -> None:
    call = FakeCall(ruff=1, mypy=2)
    outcomes = run_checks(
        (LINT, TYPES, TESTS),
        python=Path("python"),
        root=tmp_path,
        environment={},
        console=console,
        call=call,
    )
    assert call.modules == ["ruff", "mypy", "pytest"]
    assert [outcome.code for outcome in outcomes] == [1, 2, 0]


def test_the_table_tells_which_check_failed_and_how_long_each_took() -> None:
    text = summary([Outcome(LINT, 0, 0.31), Outcome(TESTS, 5, 75)])
    assert text.splitlines() == ["  lint     0.3 s  ok", "  tests     1:15  FAULT (exit 5)"]


def test_the_suite_fails_when_one_check_fails(
    console: Console, output: io.StringIO, tmp_path: Path
) -> None:
    # -m this: a module of the standard library that always ends well; -m nosuch never does.
    good, bad = Check("good", ("this",)), Check("bad", ("nosuch_module",))
    python = Path(sys.executable)
    assert run_suite((good,), python=python, root=tmp_path, console=console) == 0
    assert run_suite((bad, good), python=python, root=tmp_path, console=console) == 1
    assert "bad" in output.getvalue().splitlines()[-2]


def test_tests_draw_offscreen_unless_somebody_chose_a_platform() -> None:
    assert offscreen({})["QT_QPA_PLATFORM"] == "offscreen"
    assert offscreen({"QT_QPA_PLATFORM": "xcb"})["QT_QPA_PLATFORM"] == "xcb"
