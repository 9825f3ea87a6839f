"""Finding packages that an interrupted installation left in pieces."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest
from _verify import first_bad_file

SCRIPT = Path(__file__).parents[2] / "packaging" / "_verify.py"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with one small installed package."""
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n", "utf-8")
    (info / "RECORD").write_text(
        "thing.py,sha256=x,4\n../../bin/thing,,9\n__pycache__/thing.pyc,,\n"
        "thing-1.0.dist-info/METADATA,,\n",
        "utf-8",
    )
    (tmp_path / "thing.py").write_text("good", "utf-8")
    return tmp_path


def bad_file(folder: Path) -> str:
    return first_bad_file(importlib.metadata.Distribution.at(folder / "thing-1.0.dist-info"))


def test_a_package_is_sound_when_scripts_and_compiled_files_are_elsewhere(package: Path) -> None:
    assert bad_file(package) == ""


@pytest.mark.parametrize("content", ["", "goo", "goods"])
def test_a_package_is_damaged_when_a_file_has_another_size(package: Path, content: str) -> None:
    (package / "thing.py").write_text(content, "utf-8")
    assert bad_file(package) == "thing.py"


def test_a_package_is_damaged_when_a_file_is_gone(package: Path) -> None:
    (package / "thing.py").unlink()
    assert bad_file(package) == "thing.py"


def test_a_package_is_damaged_when_its_record_is_gone(package: Path) -> None:
    (package / "thing-1.0.dist-info" / "RECORD").unlink()
    assert bad_file(package) == "RECORD"


def test_an_old_tool_s_package_is_believed_because_it_lists_sources_only(tmp_path: Path) -> None:
    info = tmp_path / "thing-1.0.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Name: thing\nVersion: 1.0\n", "utf-8")
    (info / "SOURCES.txt").write_text("LICENSE\nsetup.py\n", "utf-8")
    assert first_bad_file(importlib.metadata.Distribution.at(info)) == ""


def test_the_script_reports_the_damage_as_json(package: Path) -> None:
    (package / "thing.py").unlink()
    answer = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={"PYTHONPATH": str(package)},
        capture_output=True,
        check=True,
    )
    assert ["thing", "1.0", "thing.py"] in json.loads(answer.stdout)


def test_the_script_reports_a_package_without_a_name(package: Path) -> None:
    (package / "thing-1.0.dist-info" / "METADATA").write_text("", "utf-8")
    (package / "thing.py").unlink()
    answer = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={"PYTHONPATH": str(package)},
        capture_output=True,
        check=True,
    )
    assert ["", "", "thing.py"] in json.loads(answer.stdout)
