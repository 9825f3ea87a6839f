"""When a preparation is due, and when it is not."""

import dataclasses
import tomllib
from pathlib import Path

import pytest
from _stamp import (
    Stamp,
    current_stamp,
    extras_closure,
    installed_distributions,
    outdated_reason,
    read_project,
    requirements_digest,
)

STAMP = Stamp(
    format=1,
    requirements="ab",
    python="cpython-3.11-linux-x86_64",
    checkout="here",
    extras=("central", "demo"),
    distributions=("a-1.dist-info", "b-2.dist-info"),
)


def test_digest_stays_when_only_a_linter_setting_changes(checkout: Path) -> None:
    text = (checkout / "pyproject.toml").read_text("utf-8")
    changed = tomllib.loads(text.replace("line-length = 100", "line-length = 90"))
    assert requirements_digest(changed) == requirements_digest(read_project(checkout))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rich>=13", "rich>=14"),
        ("setuptools>=77", "setuptools>=78"),
        ('"pytest"', '"pytest", "hypothesis"'),
    ],
)
def test_digest_changes_when_something_to_install_changes(
    checkout: Path, old: str, new: str
) -> None:
    text = (checkout / "pyproject.toml").read_text("utf-8")
    changed = tomllib.loads(text.replace(old, new))
    assert requirements_digest(changed) != requirements_digest(read_project(checkout))


def test_closure_holds_the_extras_that_extras_bring(checkout: Path) -> None:
    assert extras_closure(read_project(checkout), ["test"]) == {"test", "demo", "central"}


def test_closure_fails_when_the_extra_is_not_declared(checkout: Path) -> None:
    with pytest.raises(KeyError, match="nosuch"):
        extras_closure(read_project(checkout), ["nosuch"])


def test_nothing_is_due_when_less_is_asked_than_is_there() -> None:
    asked = dataclasses.replace(STAMP, extras=("demo",))
    assert outdated_reason(STAMP, asked) == ""


def test_nothing_is_due_when_a_package_was_added_by_hand() -> None:
    more = dataclasses.replace(STAMP, distributions=(*STAMP.distributions, "ipython-9.dist-info"))
    assert outdated_reason(STAMP, more) == ""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"requirements": "cd"}, "pyproject.toml"),
        ({"python": "cpython-3.12-linux-x86_64"}, "made for cpython-3.11"),
        ({"checkout": "there"}, "moved"),
        ({"extras": ("demo", "test")}, "more packages"),
        ({"distributions": ("a-1.dist-info", "b-3.dist-info")}, "b-2 was removed or changed"),
        ({"format": 2}, "not finished"),
    ],
)
def test_a_preparation_is_due_and_says_why_when_something_differs(
    change: dict[str, object], word: str
) -> None:
    assert word in outdated_reason(STAMP, dataclasses.replace(STAMP, **change))  # type: ignore[arg-type]


def test_a_preparation_is_due_when_the_last_one_left_no_stamp() -> None:
    assert outdated_reason(None, STAMP) == "it was not finished"


def test_a_stamp_comes_back_unchanged_when_it_is_written_and_read() -> None:
    assert Stamp.from_json(STAMP.to_json()) == STAMP


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "x"}', "null"])
def test_a_stamp_is_not_believed_when_it_is_damaged(text: str) -> None:
    assert Stamp.from_json(text) is None


@pytest.mark.parametrize("place", ["lib/python3.11/site-packages", "Lib/site-packages"])
def test_distributions_are_listed_when_the_environment_is_of_either_system(
    tmp_path: Path, place: str
) -> None:
    for name in ("b-2.dist-info", "a-1.dist-info", "a", "__pycache__"):
        (tmp_path / place / name).mkdir(parents=True)
    assert installed_distributions(tmp_path) == ("a-1.dist-info", "b-2.dist-info")


def test_the_current_stamp_names_all_extras_that_will_be_there(checkout: Path) -> None:
    assert current_stamp(checkout, checkout / ".venv", ["demo"]).extras == ("central", "demo")
