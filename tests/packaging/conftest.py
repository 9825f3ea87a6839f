"""Make the scripts of packaging/ importable, and give them a console and a checkout to work on."""

import io
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "packaging"

# At the end: the scripts must never stand before a library of the same name.
if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))

from _console import Console  # noqa: E402  (the path above must come first)

PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]

[project]
name = "xianglin"
version = "1.0"
dependencies = ["rich>=13"]

[project.optional-dependencies]
central = ["fastapi"]
demo = ["xianglin[central]", "scikit-image"]
test = ["Xianglin [demo]", "pytest"]

[tool.ruff]
line-length = 100
"""


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(output: io.StringIO) -> Console:
    return Console(output, live=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    return folder
