"""The command line: its list, its exit codes, and what each task needs before it starts."""

import ast
import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import _tasks
import pytest
import tasks as entry
from _apt import Apt, NotAllowed
from _console import Console, TaskError
from _dispatch import listing, main
from _libraries import LIBRARIES, Library, Purpose
from _tasks import DECLINED, TASKS, Task, Workplace

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "packaging" / "tasks.py"
PROMISED = {"demo", "test", "check", "run", "central", "doctor", "bench", "screenshots", "clean"}


def run_entry(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ENTRY), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_tasks_are_listed_a_line_each_when_none_is_named() -> None:
    answer = run_entry()
    assert answer.returncode == 0
    listed = {line.split()[0] for line in answer.stdout.splitlines()[2:]}
    assert listed >= PROMISED
    assert all(len(line) <= 80 for line in answer.stdout.splitlines())


def test_the_list_and_exit_code_2_are_given_when_the_task_is_unknown() -> None:
    answer = run_entry("nosuch")
    assert answer.returncode == 2
    assert "no task named 'nosuch'" in answer.stderr
    assert listing() in answer.stderr


def task(run: object) -> tuple[Task, ...]:
    return (Task("one", "does one thing", run),)  # type: ignore[arg-type]


def test_arguments_reach_the_task_unchanged(console: Console) -> None:
    got: list[list[str]] = []

    def run(_place: object, arguments: list[str]) -> int:
        got.append(arguments)
        return 7

    assert main(["one", "--fast", "-k", "a b"], tasks=task(run), console=console) == 7
    assert got == [["--fast", "-k", "a b"]]


def test_an_expected_failure_is_a_sentence_and_no_traceback(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_place: object, _arguments: list[str]) -> int:
        raise TaskError("The disk is full.")

    assert main(["one"], tasks=task(run), console=console) == 1
    said = capsys.readouterr().err
    assert said.strip() == "The disk is full."


def test_an_interruption_ends_as_a_shell_expects_it(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_place: object, _arguments: list[str]) -> int:
        raise KeyboardInterrupt

    assert main(["one"], tasks=task(run), console=console) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_the_entry_can_be_read_by_pythons_that_are_too_old() -> None:
    ast.parse(ENTRY.read_text("utf-8"), feature_version=(3, 7))
    # Nothing newer is imported before the version is known.
    top = [n for n in ast.parse(ENTRY.read_text("utf-8")).body if isinstance(n, ast.Import)]
    assert {alias.name for n in top for alias in n.names} == {"os", "shutil", "subprocess", "sys"}


def test_an_old_python_is_told_in_one_sentence_what_to_type() -> None:
    said = entry.too_old_sentence("3.10.12", "/usr/bin/python3", ["demo", "--fast"])
    assert "needs Python 3.11 or newer and this is 3.10.12 (/usr/bin/python3)" in said
    assert said.endswith("python3.11 packaging/tasks.py demo --fast")
    assert "\n" not in said


def test_a_newer_python_is_taken_only_when_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name == "nt":
        pytest.skip("the stand-ins are shell scripts")
    for name, code in (("python3.11", 127), ("python3.12", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert entry.newer_python() == str(tmp_path / "python3.12")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert entry.newer_python() == ""


def test_the_oldest_python_is_the_one_that_the_project_declares() -> None:
    declared = re.search(
        r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text()
    )
    assert declared is not None
    assert (int(declared[1]), int(declared[2])) == entry.MINIMUM


def test_ci_runs_exactly_the_test_task() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands[-1] == "exec python3 packaging/tasks.py test"
    assert "set -euo pipefail" in commands
    assert os.name == "nt" or os.access(ROOT / ".ci" / "run", os.X_OK)


class FakeEnvironment:
    """A checkout's .venv as tasks see it."""

    def __init__(self, folder: Path, reason: str = "") -> None:
        self.venv = folder / ".venv"
        self.venv.mkdir()
        self.python = self.venv / "bin" / "python"
        self.reason = reason
        self.prepared: list[list[str]] = []

    def reason_to_prepare(self, _extras: Sequence[str]) -> str:
        return self.reason

    def needs_venv_module(self) -> bool:
        return True

    def prepare(self, extras: Sequence[str], first_step: int, steps: int) -> None:
        self.prepared.append(list(extras))


class FakeApt(Apt):
    """Installs by noting it; may refuse."""

    def __init__(self, console: Console, error: TaskError | None = None) -> None:
        super().__init__(console, which=lambda name: name)
        self.installed: list[list[str]] = []
        self.error = error

    def install(self, names: Sequence[str], label: str) -> None:
        self.installed.append(list(names))
        if self.error is not None:
            raise self.error

    def advice(self, names: Sequence[str]) -> str:
        return "sudo apt-get install -y " + " ".join(names)


def lacking(monkeypatch: pytest.MonkeyPatch, *packages: str, cured: bool = False) -> None:
    """Let the machine lack these packages' libraries; after the first look none, when cured."""
    looks = [0]

    def missing(
        _root: Path, purposes: frozenset[Purpose], _environment: object
    ) -> tuple[Library, ...]:
        looks[0] += 1
        if cured and looks[0] > 1:
            return ()
        return tuple(x for x in LIBRARIES if x.package in packages and x.purpose in purposes)

    monkeypatch.setattr(_tasks, "missing_libraries", missing)


EVERY = frozenset(Purpose)


def workplace(tmp_path: Path, console: Console, apt: Apt) -> tuple[Workplace, FakeEnvironment]:
    environment = FakeEnvironment(tmp_path)
    return Workplace(tmp_path, console, apt=apt, environment=environment), environment  # type: ignore[arg-type]


def test_nothing_is_said_or_installed_when_all_is_there(
    tmp_path: Path, console: Console, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch)
    apt = FakeApt(console)
    place, environment = workplace(tmp_path, console, apt)
    place.prepare(["demo"], EVERY)
    assert output.getvalue() == ""
    assert apt.installed == []
    assert environment.prepared == []


def test_missing_libraries_are_installed_in_one_go_when_that_is_allowed(
    tmp_path: Path, console: Console, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "libegl1", "libportaudio2", cured=True)
    apt = FakeApt(console)
    place, _ = workplace(tmp_path, console, apt)
    place.prepare(["demo"], EVERY)
    assert apt.installed == [["libegl1", "libportaudio2"]]
    assert "for playing and recording sound: libportaudio.so.2" in output.getvalue()


def test_the_venv_package_is_in_the_same_command_when_an_environment_is_to_be_made(
    tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    lacking(monkeypatch, "libegl1", package, cured=True)
    apt = FakeApt(console)
    place, environment = workplace(tmp_path, console, apt)
    environment.reason = "there is none yet"
    place.prepare(["demo"], frozenset({Purpose.WINDOW}))
    assert apt.installed == [[package, "libegl1"]]
    assert environment.prepared == [["demo"]]


def test_a_task_stops_with_the_command_when_a_needed_library_may_not_be_installed(
    tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "libegl1", "libportaudio2")
    apt = FakeApt(console, NotAllowed("Type: sudo apt-get install -y libegl1 libportaudio2"))
    place, environment = workplace(tmp_path, console, apt)
    with pytest.raises(TaskError, match="libegl1 libportaudio2"):
        place.prepare(["demo"], EVERY)
    assert environment.prepared == []


def test_a_task_goes_on_with_captions_when_only_sound_may_not_be_installed(
    tmp_path: Path, console: Console, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "libportaudio2")
    apt = FakeApt(console, NotAllowed("Type: sudo apt-get install -y libportaudio2\n"))
    place, environment = workplace(tmp_path, console, apt)
    place.prepare(["demo"], EVERY)
    assert "captions" in output.getvalue()
    assert (environment.venv / DECLINED).read_text("utf-8").split() == ["libportaudio2"]
    place.prepare(["demo"], EVERY)
    assert len(apt.installed) == 1, "a second run must not wait for apt again"
    assert "sudo apt-get install -y libportaudio2" in output.getvalue().splitlines()[-1]


def test_needed_libraries_are_tried_alone_when_apt_fails_over_an_optional_one(
    tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "libegl1", "libportaudio2", cured=True)

    class Picky(FakeApt):
        def install(self, names: Sequence[str], label: str) -> None:
            self.installed.append(list(names))
            if "libportaudio2" in names:
                raise TaskError("apt knows no package named libportaudio2\n")

    apt = Picky(console)
    place, _ = workplace(tmp_path, console, apt)
    place.prepare(["demo"], EVERY)
    assert apt.installed == [["libegl1", "libportaudio2"], ["libegl1"]]


def test_a_task_stops_when_a_library_is_still_not_found_after_installing(
    tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "libegl1")
    place, _ = workplace(tmp_path, console, FakeApt(console))
    with pytest.raises(TaskError, match=r"still not found:\n.*libEGL\.so\.1"):
        place.prepare(["demo"], EVERY)


def test_a_task_names_the_libraries_when_the_system_has_no_apt(
    tmp_path: Path, console: Console, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch, "libegl1")
    apt = Apt(console, which=lambda _name: None)
    place, _ = workplace(tmp_path, console, apt)
    with pytest.raises(TaskError, match="Install the packages of your system"):
        place.prepare(["demo"], EVERY)
    assert "libEGL.so.1" in output.getvalue()


class Started(Workplace):
    """Notes what would be started."""

    def start(self, *arguments: str, environment: dict[str, str] | None = None) -> int:
        self.started = list(arguments)
        self.start_environment = environment or {}
        return 0


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (["demo", "--fast"], ["-m", "kiosk", "demo", "--fast"]),
        (["run", "--measure-start-up"], ["-m", "kiosk", "run", "--measure-start-up"]),
        (["central", "--port", "0"], ["-m", "kiosk", "central", "--port", "0"]),
        (["doctor"], ["-m", "kiosk", "doctor"]),
        (["screenshots"], ["-m", "kiosk", "demo"]),
    ],
)
def test_a_task_hands_its_arguments_to_the_kiosk(
    words: list[str],
    started: list[str],
    tmp_path: Path,
    console: Console,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lacking(monkeypatch)
    environment = FakeEnvironment(tmp_path)
    place = Started(tmp_path, console, apt=FakeApt(console), environment=environment)  # type: ignore[arg-type]
    assert main(words, console=console, place=place) == 0
    assert place.started == started


def test_screenshots_are_made_without_the_display(
    tmp_path: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking(monkeypatch)
    monkeypatch.setenv("DISPLAY", ":7")
    environment = FakeEnvironment(tmp_path)
    place = Started(tmp_path, console, apt=FakeApt(console), environment=environment)  # type: ignore[arg-type]
    main(["screenshots"], console=console, place=place)
    assert "DISPLAY" not in place.start_environment
    assert place.start_environment["QT_QPA_PLATFORM"] == "offscreen"


def test_benches_are_listed_when_none_or_an_unknown_one_is_named(
    tmp_path: Path, console: Console, output: io.StringIO
) -> None:
    place, _ = workplace(tmp_path, console, FakeApt(console))
    assert main(["bench"], console=console, place=place) == 2
    assert main(["bench", "nosuch"], console=console, place=place) == 2
    assert output.getvalue().count("bench visit") == 2


def test_prepare_names_the_extras_when_one_is_unknown(
    checkout: Path, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    place, _ = workplace(checkout, console, FakeApt(console))
    assert main(["prepare", "nosuch"], console=console, place=place) == 1
    assert "it has central, demo, test" in capsys.readouterr().err


def test_clean_removes_what_the_tasks_made_and_nothing_else(
    tmp_path: Path, console: Console, output: io.StringIO
) -> None:
    place, environment = workplace(tmp_path, console, FakeApt(console))
    (tmp_path / "build" / "x").mkdir(parents=True)
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "thesis.txt").touch()
    assert main(["clean"], console=console, place=place) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kiosk", "thesis.txt"]
    assert "Removed: .venv, build" in output.getvalue()
    assert not environment.venv.exists()


def test_every_task_has_a_summary_that_fits_a_line() -> None:
    assert {t.name for t in TASKS} >= PROMISED
    assert all(0 < len(t.summary) <= 66 for t in TASKS)
