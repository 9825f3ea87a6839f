"""Install Debian packages where this user may, else name the one command that does it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from _console import Console, TaskError
from _process import follow

T64 = "t64"
"""Suffix that Debian 13 and Ubuntu 24.04 gave to libraries whose time_t grew to 64 bits."""

RENAMED = frozenset({"libglib2.0-0"})
"""Packages of ours that were renamed so; only asked where apt's own lists are empty."""

_FIRST_RENAMED = {"debian": 13.0, "ubuntu": 24.04}

INSTALL_OPTIONS = (
    "--yes",
    "--no-install-recommends",
    # Another apt may be running, as right after the first boot: wait for it, but not for ever.
    "--option=DPkg::Lock::Timeout=120",
    "--option=Dpkg::Use-Pty=0",
)


def parse_policy(text: str) -> frozenset[str]:
    """Read from ``apt-cache policy NAME...`` which of the names can be installed."""
    names = set()
    name = ""
    for line in text.splitlines():
        if line and not line[0].isspace() and line.endswith(":"):
            name = line[:-1]
        found = re.match(r"\s+Candidate:\s*(\S+)", line)
        if found and found[1] != "(none)":
            names.add(name.split(":")[0])
    return frozenset(names)


def known_packages(names: Sequence[str]) -> frozenset[str]:
    """Ask apt which of the names, or of their ``t64`` forms, it could install."""
    asked = [form for name in names for form in (name, name + T64)]
    command = ["apt-cache", "policy", *asked]
    # LC_ALL: the words that are read here are translated otherwise.
    code, lines = follow(command, env={**os.environ, "LC_ALL": "C"})
    return parse_policy("\n".join(lines)) if code == 0 else frozenset()


def resolve(names: Sequence[str], known: frozenset[str]) -> tuple[list[str], list[str]]:
    """Choose each package's name on this release.

    Returns:
        The names to install, without repeats, and those that apt does not know in any form.
    """
    chosen: list[str] = []
    unknown: list[str] = []
    for name in names:
        form = next((form for form in (name, name + T64) if form in known), None)
        target, value = (unknown, name) if form is None else (chosen, form)
        if value not in target:
            target.append(value)
    return chosen, unknown


def guess(names: Sequence[str], os_release: Mapping[str, str]) -> list[str]:
    """Name the packages by the release's age, for when apt has no lists to ask."""
    first = _FIRST_RENAMED.get(os_release.get("ID", ""))
    try:
        is_renamed = first is not None and float(os_release.get("VERSION_ID", "0")) >= first
    except ValueError:
        is_renamed = False
    forms = (name + T64 if is_renamed and name in RENAMED else name for name in names)
    return list(dict.fromkeys(forms))


def read_os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """Read the system's name and version; empty where there is no such file."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip().strip("\"'") for key, value in pairs}


def privilege() -> list[str] | None:
    """Tell how to become root without asking: nothing to add, sudo, or None when this user may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    allowed = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
    return [sudo, "-n"] if allowed.returncode == 0 else None


def command_line(packages: Sequence[str], *, update: bool) -> str:
    """Write the one command that a person types."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    first = f"{sudo}apt-get update && " if update else ""
    return f"{first}{sudo}apt-get install -y {' '.join(packages)}"


class NotAllowed(TaskError):
    """Only an administrator may install packages; the text holds the command for one."""


class Apt:
    """The system's package tool, with what this user may do with it."""

    def __init__(
        self,
        console: Console,
        *,
        which: Callable[[str], str | None] = shutil.which,
        privilege: Callable[[], list[str] | None] = privilege,
        known: Callable[[Sequence[str]], frozenset[str]] = known_packages,
        run: Callable[..., tuple[int, list[str]]] = follow,
        os_release: Mapping[str, str] | None = None,
    ) -> None:
        self._console = console
        self._privilege = privilege
        self._known = known
        self._run = run
        self._os_release = read_os_release() if os_release is None else os_release
        self.is_there = which("apt-get") is not None

    def advice(self, names: Sequence[str]) -> str:
        """Write the one command for these packages, by the names of this release."""
        chosen, unknown = resolve(names, self._known(names))
        if unknown:
            return command_line(guess(names, self._os_release), update=True)
        return command_line(chosen, update=False)

    def install(self, names: Sequence[str], label: str) -> None:
        """Install packages, with visible progress.

        Args:
            names: by their oldest Debian names.
            label: the step's title.
        Raises:
            NotAllowed: this user may not install packages.
            TaskError: apt failed; the text holds the command to type.
        """
        prefix = self._privilege()
        if prefix is None:
            raise NotAllowed(
                f"Only an administrator may install them. Type:\n\n    {self.advice(names)}\n"
            )
        with self._console.step(label) as step:

            def show(line: str) -> None:
                step.detail = line.strip()

            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}

            def apt_get(*arguments: str) -> tuple[int, list[str]]:
                # sudo drops the environment, so what apt must see is set behind it.
                setting = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"] if prefix else []
                command = [*prefix, *setting, "apt-get", *arguments]
                return self._run(command, env=environment, on_line=show)

            chosen, unknown = resolve(names, self._known(names))
            code, lines = 1, ["the package lists are empty"]
            if not unknown:
                code, lines = apt_get("install", *INSTALL_OPTIONS, *chosen)
            if code != 0:
                # The lists are missing or older than the archive: fetch them once, then try again.
                apt_get("update")
                chosen, unknown = resolve(names, self._known(names))
                if not unknown:
                    code, lines = apt_get("install", *INSTALL_OPTIONS, *chosen)
            if unknown or code != 0:
                raise TaskError(self._failure(names, unknown, lines))

    def _failure(self, names: Sequence[str], unknown: Sequence[str], lines: Sequence[str]) -> str:
        faults = [line for line in lines if line.startswith(("E:", "Err:"))][-3:]
        if unknown:
            faults.append("apt knows no package named " + ", ".join(unknown))
        said = "\n".join("  " + line for line in faults or list(lines)[-3:])
        return (
            f"apt-get could not install them:\n{said}\n"
            f"Check the network and the package sources, then type:\n\n    {self.advice(names)}\n"
        )
