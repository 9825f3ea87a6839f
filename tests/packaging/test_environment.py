"""Preparing a checkout, with a real virtual environment and a stand-in for uv that fetches nothing."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from _console import Console, TaskError
from _environment import STAMP, UNFINISHED, Environment, declared_extras
from _lock import preparation_lock

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")

FAKE_UV = """#!/bin/sh
echo "$@" >> "{calls}"
if [ "$1" = venv ]; then
    for last; do :; done
    exec "{python}" -m venv --without-pip "$last"
fi
[ -e "{fails}" ] && {{ echo "error: dns error"; exit 1; }}
site=$(echo .venv/lib/python3*/site-packages)
mkdir -p "$site/thing-1.0.dist-info" "$site/thing"
case "$* $(ls "$site/thing")" in
    *--reinstall*) printf 'whole' > "$site/thing/code.py" ;;
    *code.py*) ;; # like uv, it believes a package that seems to be there
    *) printf 'whole' > "$site/thing/code.py" ;;
esac
printf 'Metadata-Version: 2.1\\nName: thing\\nVersion: 1.0\\n' > "$site/thing-1.0.dist-info/METADATA"
printf 'thing/code.py,,5\\nthing-1.0.dist-info/METADATA,,\\n' > "$site/thing-1.0.dist-info/RECORD"
"""


class Bench:
    """A checkout with a stand-in for uv and a view of what it was asked."""

    def __init__(self, checkout: Path, folder: Path, console: Console) -> None:
        self.root = checkout
        self.calls_file = folder / "calls"
        self.fails = folder / "fails"
        uv = folder / "uv"
        text = FAKE_UV.format(calls=self.calls_file, fails=self.fails, python=sys.executable)
        uv.write_text(text, "utf-8")
        uv.chmod(0o755)
        self.environment = Environment(checkout, console, uv=lambda: str(uv))

    def take_calls(self) -> list[str]:
        if not self.calls_file.exists():
            return []
        calls = [line.split()[0] for line in self.calls_file.read_text("utf-8").splitlines()]
        self.calls_file.unlink()
        return calls

    @property
    def site(self) -> Path:
        return next((self.root / ".venv" / "lib").glob("python3*/site-packages"))


@pytest.fixture
def bench(checkout: Path, tmp_path: Path, console: Console) -> Bench:
    return Bench(checkout, tmp_path, console)


@pytest.fixture
def prepared(bench: Bench) -> Bench:
    bench.environment.prepare(["demo"])
    bench.take_calls()
    return bench


def test_a_first_run_makes_the_environment_and_says_what_it_does(
    bench: Bench, output: io.StringIO
) -> None:
    bench.environment.prepare(["demo"], first_step=2, steps=4)
    assert bench.take_calls() == ["venv", "pip"]
    assert bench.environment.reason_to_prepare(["demo"]) == ""
    assert not (bench.root / ".venv" / UNFINISHED).exists()
    said = output.getvalue()
    assert "Preparing .venv: there is none yet." in said
    assert "2/4 virtual environment  done in" in said
    assert "4/4 check every file  done in" in said


def test_a_second_run_starts_nothing_and_is_quick(prepared: Bench, output: io.StringIO) -> None:
    said = output.getvalue()
    started = time.perf_counter()
    prepared.environment.prepare(["central"])
    assert time.perf_counter() - started < 2
    assert prepared.take_calls() == []
    assert output.getvalue() == said


def test_a_run_installs_again_when_another_extra_is_needed_and_keeps_the_first(
    prepared: Bench,
) -> None:
    prepared.environment.prepare(["test"])
    assert prepared.take_calls() == ["pip"]
    assert prepared.environment.reason_to_prepare(["demo"]) == ""
    text = (prepared.root / "pyproject.toml").read_text("utf-8")
    (prepared.root / "pyproject.toml").write_text(text.replace("rich>=13", "rich>=14"), "utf-8")
    prepared.environment.prepare(["demo"])
    assert prepared.environment.reason_to_prepare(["test"]) == ""


def test_a_run_goes_on_when_the_last_one_was_cut_off(prepared: Bench, output: io.StringIO) -> None:
    (prepared.root / ".venv" / UNFINISHED).touch()
    assert prepared.environment.reason_to_prepare(["demo"]) == "it was not finished"
    prepared.environment.prepare(["demo"])
    assert prepared.take_calls() == ["pip"]
    assert "cut off" in output.getvalue()


def test_a_run_that_fails_leaves_no_stamp_so_that_the_next_one_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.fails.touch()
    # The fallback to pip cannot work either: the checkout's requirements are made up.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(TaskError):
        bench.environment.prepare(["demo"])
    assert not (bench.root / ".venv" / STAMP).exists()
    assert bench.environment.reason_to_prepare(["demo"]) == "it was not finished"
    bench.fails.unlink()
    bench.environment.prepare(["demo"])
    assert bench.environment.reason_to_prepare(["demo"]) == ""


def test_a_moved_checkout_is_installed_again_without_a_new_environment(
    prepared: Bench, tmp_path: Path, console: Console
) -> None:
    moved = tmp_path / "moved"
    prepared.root.rename(moved)
    bench = Bench(moved, tmp_path, console)
    assert bench.environment.reason_to_prepare(["demo"]) == "the checkout was moved"
    bench.environment.prepare(["demo"])
    assert bench.take_calls() == ["pip"]


def test_an_environment_is_made_anew_when_its_python_is_gone(prepared: Bench) -> None:
    prepared.environment.python.unlink()
    prepared.environment.python.symlink_to("/nonexistent/python3")
    assert prepared.environment.reason_to_prepare(["demo"]) == "its Python is gone"
    prepared.environment.prepare(["demo"])
    assert prepared.take_calls() == ["venv", "pip"]


def test_an_environment_is_made_anew_when_its_python_does_not_start(prepared: Bench) -> None:
    (prepared.root / ".venv" / STAMP).unlink()
    prepared.environment.python.unlink()
    prepared.environment.python.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    prepared.environment.python.chmod(0o755)
    prepared.environment.prepare(["demo"])
    assert prepared.take_calls() == ["venv", "pip"]


def test_an_environment_is_made_anew_when_another_python_made_it(prepared: Bench) -> None:
    stamp = prepared.root / ".venv" / STAMP
    text = stamp.read_text("utf-8")
    stamp.write_text(text.replace('"python": "cpython-3.', '"python": "cpython-2.'), "utf-8")
    assert "it was made for cpython-2" in prepared.environment.reason_to_prepare(["demo"])
    prepared.environment.python.unlink()
    prepared.environment.python.write_text("#!/bin/sh\necho cpython-2.7-linux-x86_64\n", "utf-8")
    prepared.environment.python.chmod(0o755)
    prepared.environment.prepare(["demo"])
    assert prepared.take_calls() == ["venv", "pip"]


def test_a_damaged_package_is_written_again(prepared: Bench) -> None:
    (prepared.site / "thing" / "code.py").write_text("cut", "utf-8")
    (prepared.root / ".venv" / UNFINISHED).touch()
    prepared.environment.prepare(["demo"])
    assert prepared.take_calls() == ["pip", "pip"]
    assert (prepared.site / "thing" / "code.py").read_text("utf-8") == "whole"


def test_a_folder_that_is_no_environment_is_left_alone(bench: Bench) -> None:
    (bench.root / ".venv").mkdir()
    (bench.root / ".venv" / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(TaskError, match="no virtual environment"):
        bench.environment.prepare(["demo"])
    assert (bench.root / ".venv" / "thesis.txt").read_text("utf-8") == "mine"


def test_the_venv_module_is_needed_only_when_neither_uv_nor_pip_is_there(
    checkout: Path, console: Console, bench: Bench
) -> None:
    plain = Environment(checkout, console, uv=lambda: None)
    assert plain.needs_venv_module()
    assert not bench.environment.needs_venv_module()
    bench.environment.prepare(["demo"])
    assert plain.needs_venv_module(), "uv makes environments without pip"
    (bench.site / "pip").mkdir()
    assert not plain.needs_venv_module()


def test_a_second_preparation_waits_for_the_first(checkout: Path, console: Console) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2] / 'packaging')!r})\n"
        "from pathlib import Path\n"
        "from _console import Console\n"
        "from _lock import preparation_lock\n"
        f"with preparation_lock(Path({str(checkout)!r}), Console()):\n"
        "    print('inside', flush=True)\n"
    )
    with preparation_lock(checkout, console):
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert "waiting" in child.stdout.readline()
    said, _ = child.communicate(timeout=30)
    assert "inside" in said


def test_extras_are_those_of_the_project_file(checkout: Path) -> None:
    assert declared_extras(checkout) == ("central", "demo", "test")
