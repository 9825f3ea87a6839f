"""What the documents say is so."""

import re
from pathlib import Path

from kiosk.__main__ import make_parser
from kiosk.config import describe_keys

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def settings_table() -> str:
    rows = [
        f"| `{key}` | {f'`{default}`' if default else ''} | {text} |"
        for key, default, text in describe_keys()
    ]
    return "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows])


def test_readme_settings_table_is_the_declared_one() -> None:
    found = re.search(r"<!-- settings:begin -->\n(.*?)\n?<!-- settings:end -->", README, re.DOTALL)
    assert found
    assert found[1] == settings_table()


def test_readme_names_every_command() -> None:
    commands = next(action.choices for action in make_parser()._actions if action.dest == "command")
    assert commands
    assert [name for name in commands if f"`xianglin {name}`" not in README] == []


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_folder_table_names_folders_that_exist() -> None:
    folders = re.findall(r"^\| ((?:`[a-z/]+/`(?:, )?)+) \|", README, re.MULTILINE)
    names = [name for row in folders for name in re.findall(r"`([a-z/]+)`", row)]
    assert len(names) > 12
    assert [name for name in names if not (ROOT / name).is_dir()] == []
