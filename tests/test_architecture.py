"""The house's walls: who may import whom, held by import-linter's contracts in pyproject.toml."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
BANNED = {"face_recognition", "face_recognition_models"}


LINT = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_cache=True, no_logo=True))
"""


@pytest.fixture(scope="module")
def report() -> str:
    """What import-linter says of the whole tree, a line for each contract.

    It runs in a process of its own: it reconfigures logging and would silence every logger here.
    """
    answer = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300"},  # narrower, it would wrap a contract's name
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )
    return answer.stdout + answer.stderr


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_imports_keep_the_contract_when_the_whole_tree_is_read(contract: str, report: str) -> None:
    assert f"{CONTRACTS[contract]} KEPT" in report, report


def test_packaging_has_no_init_file_because_it_would_shadow_the_packaging_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_no_test_folder_is_a_package_because_its_name_would_shadow_ours() -> None:
    assert [str(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_no_module_names_the_wrapper_that_ends_the_process_when_it_is_imported() -> None:
    importers = []
    for folder in ("kiosk", "sync", "accessibility", "assets", "packaging", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                if any(name.split(".")[0] in BANNED for name in names):
                    importers.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert importers == []


def test_every_top_level_package_is_in_the_wheel_and_under_the_contracts() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    found = {
        path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()
    }
    wheel = {pattern.rstrip("*") for pattern in config["setuptools"]["packages"]["find"]["include"]}
    assert found == wheel == set(config["importlinter"]["root_packages"])


def test_no_file_names_a_machine_or_a_place_outside_the_repository() -> None:
    # Assembled, so that this file does not find itself.
    outside = re.compile("|".join(("/wor" + r"k/\w", "/roo" + r"t/", "/hom" + r"e/\w")))
    found = []
    for folder in ("kiosk", "sync", "accessibility", "assets", "packaging", "tests", ".ci"):
        for directory, _, names in os.walk(ROOT / folder):
            for name in names:
                path = Path(directory, name)
                if path.suffix in {".py", ".md", ".toml", ".json", ".tsv", ".csv", ".sh", ""}:
                    text = path.read_text("utf-8", errors="ignore")
                    found += [f"{path.relative_to(ROOT)}: {m}" for m in outside.findall(text)]
    assert found == []
