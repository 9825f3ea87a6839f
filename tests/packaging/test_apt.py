"""Package names by release, and the one command."""

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from _apt import (
    Apt,
    NotAllowed,
    command_line,
    guess,
    known_packages,
    parse_policy,
    read_os_release,
    resolve,
)
from _console import Console, TaskError

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="apt is a tool of Debian and Ubuntu"
)

POLICY = """\
libegl1:
  Installed: 1.6.0-1
  Candidate: 1.6.0-1
  Version table:
 *** 1.6.0-1 500
libglib2.0-0:
  Installed: (none)
  Candidate: (none)
  Version table:
libglib2.0-0t64:
  Installed: (none)
  Candidate: 2.80.0-6ubuntu3
libportaudio2:i386:
  Installed: (none)
  Candidate: 19.6.0
"""

NAMES = ["libegl1", "libglib2.0-0", "libegl1"]
TRIXIE = {"ID": "debian", "VERSION_ID": "13"}


class FakeAptGet:
    """Answers as apt-get and apt-cache do; ``update`` makes packages known."""

    def __init__(self, *, known: Sequence[str] = (), after_update: Sequence[str] = ()) -> None:
        self.commands: list[list[str]] = []
        self.known = frozenset(known)
        self._after_update = frozenset(after_update)
        self.install_codes: list[int] = []

    def ask(self, _names: Sequence[str]) -> frozenset[str]:
        return self.known

    def run(self, command: Sequence[str], **options: object) -> tuple[int, list[str]]:
        words = [word for word in command if not word.startswith("-")]
        self.commands.append(words)
        if "update" in words:
            self.known |= self._after_update
            return 0, []
        code = self.install_codes.pop(0) if self.install_codes else 0
        return code, [] if code == 0 else ["Reading lists", "E: Unable to fetch some archives"]


def apt(console: Console, fake: FakeAptGet, privilege: list[str] | None) -> Apt:
    return Apt(
        console,
        which=lambda name: name,
        privilege=lambda: privilege,
        known=fake.ask,
        run=fake.run,
        os_release=TRIXIE,
    )


@pytest.fixture(autouse=True)
def _as_a_plain_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_policy_gives_the_names_that_can_be_installed() -> None:
    assert parse_policy(POLICY) == {"libegl1", "libglib2.0-0t64", "libportaudio2"}


def test_names_are_those_of_the_release_when_a_package_was_renamed() -> None:
    assert resolve(NAMES, parse_policy(POLICY)) == (["libegl1", "libglib2.0-0t64"], [])


def test_the_old_name_is_kept_when_the_release_still_has_it() -> None:
    both = frozenset({"libglib2.0-0", "libglib2.0-0t64"})
    assert resolve(["libglib2.0-0"], both) == (["libglib2.0-0"], [])


def test_a_name_is_unknown_when_apt_has_it_in_no_form() -> None:
    assert resolve(["nosuch"], parse_policy(POLICY)) == ([], ["nosuch"])


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ({"ID": "debian", "VERSION_ID": "12"}, "libglib2.0-0"),
        ({"ID": "debian", "VERSION_ID": "13"}, "libglib2.0-0t64"),
        ({"ID": "ubuntu", "VERSION_ID": "22.04"}, "libglib2.0-0"),
        ({"ID": "ubuntu", "VERSION_ID": "24.04"}, "libglib2.0-0t64"),
        ({"ID": "debian", "VERSION_ID": "trixie/sid"}, "libglib2.0-0"),
        ({}, "libglib2.0-0"),
    ],
)
def test_names_are_guessed_by_the_release_when_apt_has_no_lists(
    release: dict[str, str], name: str
) -> None:
    assert guess(NAMES, release) == ["libegl1", name]


def test_the_command_has_sudo_only_when_the_user_is_not_root(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert command_line(["a", "b"], update=False) == "sudo apt-get install -y a b"
    assert command_line(["a"], update=True) == "sudo apt-get update && sudo apt-get install -y a"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert command_line(["a"], update=False) == "apt-get install -y a"


def test_the_release_is_read_with_and_without_quotes(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text('ID=ubuntu\nVERSION_ID="24.04"\n\n# comment\n', "utf-8")
    assert read_os_release(file) == {"ID": "ubuntu", "VERSION_ID": "24.04"}
    assert read_os_release(tmp_path / "nosuch") == {}


def test_install_needs_no_update_when_all_names_are_known(console: Console) -> None:
    fake = FakeAptGet(known=["libegl1"])
    apt(console, fake, []).install(["libegl1"], "libraries")
    assert fake.commands == [["apt-get", "install", "libegl1"]]


def test_install_updates_the_lists_first_when_they_are_empty(console: Console) -> None:
    fake = FakeAptGet(after_update=["libglib2.0-0t64"])
    apt(console, fake, []).install(["libglib2.0-0"], "libraries")
    assert fake.commands == [["apt-get", "update"], ["apt-get", "install", "libglib2.0-0t64"]]


def test_install_updates_and_tries_again_when_the_lists_are_old(console: Console) -> None:
    fake = FakeAptGet(known=["libegl1"])
    fake.install_codes = [100]
    apt(console, fake, []).install(["libegl1"], "libraries")
    assert [words[1] for words in fake.commands] == ["install", "update", "install"]


def test_install_goes_through_sudo_with_its_settings_when_sudo_asks_nothing(
    console: Console,
) -> None:
    fake = FakeAptGet(known=["libegl1"])
    apt(console, fake, ["sudo", "-n"]).install(["libegl1"], "libraries")
    words = fake.commands[0]
    assert words[:2] == ["sudo", "env"]
    assert "DEBIAN_FRONTEND=noninteractive" in words


def test_install_gives_the_one_command_when_the_user_may_not(console: Console) -> None:
    fake = FakeAptGet(known=["libegl1", "libglib2.0-0t64"])
    with pytest.raises(NotAllowed, match=r"sudo apt-get install -y libegl1 libglib2\.0-0t64"):
        apt(console, fake, None).install(NAMES, "libraries")
    assert fake.commands == []


def test_install_tells_what_apt_said_and_the_command_when_it_fails(
    console: Console, output: io.StringIO
) -> None:
    fake = FakeAptGet(known=["libegl1"])
    fake.install_codes = [100, 100]
    with pytest.raises(TaskError) as failure:
        apt(console, fake, []).install(["libegl1"], "libraries")
    assert "E: Unable to fetch some archives" in str(failure.value)
    assert "Reading lists" not in str(failure.value)
    assert "apt-get install -y libegl1" in str(failure.value)
    assert "libraries  failed" in output.getvalue()


def test_install_names_the_package_when_apt_has_never_heard_of_it(console: Console) -> None:
    fake = FakeAptGet()
    with pytest.raises(TaskError, match="apt knows no package named nosuch"):
        apt(console, fake, []).install(["nosuch"], "libraries")


def test_asking_apt_gives_nothing_when_there_is_no_apt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert known_packages(["libegl1"]) == frozenset()
