"""Install the project's packages into ``.venv`` with uv or pip, showing what is going on."""

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _console import Step, TaskError
from _failures import explain
from _process import follow
from _stamp import site_packages

_TELLING = re.compile(
    r"^\s*(Collecting|Downloading|Downloaded|Using cached|Building|Built|Installing|Obtaining|"
    r"Preparing|Prepared|Resolved|Installed|Requirement already satisfied: \S+|"
    r"WARNING: Retrying)\b"
)

_SIZE = re.compile(r"\((\d[\d.]* ?[kKMG]i?B)\)")


def telling(line: str) -> str:
    """Shorten an installer's line to what a person wants to see; empty when it says nothing new."""
    found = _TELLING.match(line)
    if not found:
        return ""
    if "Retrying" in line:
        return "the package server does not answer; trying again"
    if line.lstrip().startswith("Requirement already"):
        return f"{line.split()[3]} is there"
    words = line.split()
    if line.startswith("Installing collected packages:"):
        return f"installing {len(words) - 3} packages"
    if words[0] in ("Downloading", "Downloaded") and len(words) > 1:
        size = _SIZE.search(line)
        name = words[1].rsplit("/", 1)[-1].split("-")[0]
        return f"{words[0].lower()} {name}" + (f" ({size[1]})" if size else "")
    return " ".join(words)[:70]


def clean_environment(environment: Mapping[str, str], temporary: Path) -> dict[str, str]:
    """Give an installer an environment that cannot lead it out of ``.venv``.

    Downloads go to a folder in ``.venv``: it is on the same disk as the result, where there is room,
    and /tmp may be in memory.
    """
    dropped = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    kept = {key: value for key, value in environment.items() if key not in dropped}
    return kept | {
        "PIP_USER": "0",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
        "TEMP": str(temporary),
        "TMP": str(temporary),
    }


def folder_bytes(folder: Path) -> int:
    """Sum the files below a folder that others are writing to."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(directory, name)).st_size
            except OSError:
                continue  # it was moved on while being looked at
    return total


def progress_text(temporary: Path, packages: Path | None, detail: str) -> str:
    """Tell how much was downloaded or, later, unpacked; empty below a megabyte."""
    is_unpacking = detail.startswith("installing") and packages is not None
    megabytes = folder_bytes(packages if packages and is_unpacking else temporary) / 1e6
    word = "unpacked" if is_unpacking else "arrived"
    return f"{megabytes:.0f} MB {word}" if megabytes >= 1 else ""


@dataclass(frozen=True, slots=True)
class Installer:
    """One of the two tools, bound to one ``.venv``."""

    name: str
    """uv or pip."""
    command: tuple[str, ...]
    """How it is started, up to and with ``install``."""
    reinstall: tuple[str, ...]
    """Options that write a package anew although it seems to be there."""


def pip_installer(python: Path) -> Installer:
    """The tool that every Python brings."""
    # --use-pep517: the pip of Debian 12 would else run an old setup.py, which leaves no RECORD.
    quiet = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--use-pep517")
    return Installer(
        "pip",
        (str(python), "-m", "pip", "install", *quiet),
        ("--force-reinstall", "--no-deps"),
    )


def uv_installer(uv: str, python: Path) -> Installer:
    """The faster tool, where it is installed."""
    return Installer(
        "uv", (uv, "pip", "install", "--python", str(python)), ("--reinstall", "--no-deps")
    )


def find_uv(which: Callable[[str], str | None] = shutil.which) -> str | None:
    """Where uv is; None when it is not, or when XIANGLIN_NO_UV is set."""
    return None if os.environ.get("XIANGLIN_NO_UV") else which("uv")


def install(
    installer: Installer, arguments: Sequence[str], *, root: Path, venv: Path, step: Step
) -> None:
    """Install and show progress; everything the tool said is kept in ``.venv/prepare.log``.

    Raises:
        TaskError: it failed; the text holds the cause and what to do.
    """
    temporary = venv / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    log = venv / "prepare.log"
    step.measure = lambda: progress_text(temporary, site_packages(venv), step.detail)

    def show(line: str) -> None:
        step.detail = telling(line) or step.detail

    try:
        with log.open("a", encoding="utf-8") as file:
            command = [*installer.command, *arguments]
            file.write(f"$ {' '.join(command)}\n")
            environment = clean_environment(os.environ, temporary)

            def take(line: str) -> None:
                file.write(line + "\n")
                show(line)

            code, lines = follow(command, cwd=root, env=environment, on_line=take)
    finally:
        step.measure = str
        shutil.rmtree(temporary, ignore_errors=True)
    if code != 0:
        raise TaskError(explain(lines, str(log.relative_to(root))))
