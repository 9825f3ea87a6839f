"""Tell in milliseconds whether ``.venv`` still is what the last preparation made."""

import hashlib
import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
"""Rises when older stamps must not be believed any more."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one finished preparation found and made."""

    format: int
    requirements: str
    """SHA-256 of everything in pyproject.toml that decides what is installed."""
    python: str
    """Implementation, version to the minor number, and machine."""
    checkout: str
    """Where the checkout stood: an editable install points there."""
    extras: tuple[str, ...]
    """All extras installed, with those that they bring."""
    distributions: tuple[str, ...]
    """Names of the ``.dist-info`` folders, and of ``.egg-info`` ones that old tools leave."""

    def to_json(self) -> str:
        """Write it for the next run."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Stamp | None":
        """Read it back; None when it is damaged or of another form."""
        try:
            raw = json.loads(text)
            return cls(
                format=int(raw["format"]),
                requirements=str(raw["requirements"]),
                python=str(raw["python"]),
                checkout=str(raw["checkout"]),
                extras=tuple(map(str, raw["extras"])),
                distributions=tuple(map(str, raw["distributions"])),
            )
        except (ValueError, KeyError, TypeError):
            return None


def python_tag() -> str:
    """Name the running Python as far as installed packages depend on it."""
    major, minor = sys.version_info[:2]
    name = sys.implementation.name
    return f"{name}-{major}.{minor}-{sys.platform}-{platform.machine()}"


def read_project(root: Path) -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


def requirements_digest(project: dict[str, Any]) -> str:
    """Digest what decides the installation; the settings of linters and tests do not."""
    deciding = {
        "build-system": project.get("build-system"),
        "project": project.get("project"),
        "setuptools": project.get("tool", {}).get("setuptools"),
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


def extras_closure(project: dict[str, Any], extras: Iterable[str]) -> frozenset[str]:
    """Add the extras that other extras bring: ``test = ["xianglin[demo]"]`` brings demo.

    Raises:
        KeyError: pyproject.toml has no such extra.
    """
    declared: dict[str, list[str]] = project["project"].get("optional-dependencies", {})
    own = re.compile(rf"^{re.escape(project['project']['name'])}\s*\[([^]]*)\]", re.IGNORECASE)
    closed: set[str] = set()
    waiting = list(extras)
    while waiting:
        extra = waiting.pop()
        if extra in closed:
            continue
        closed.add(extra)
        for requirement in declared[extra]:
            found = own.match(requirement)
            if found:
                waiting += [name.strip() for name in found[1].split(",")]
    return frozenset(closed)


def site_packages(venv: Path) -> Path | None:
    """Find the folder that packages are installed in; None when there is none."""
    folders = [*sorted(venv.glob("lib/python*/site-packages")), venv / "Lib" / "site-packages"]
    return next((folder for folder in folders if folder.is_dir()), None)


def installed_distributions(venv: Path) -> tuple[str, ...]:
    """List the folders that say what is installed, sorted."""
    folder = site_packages(venv)
    if folder is None:
        return ()
    return tuple(
        sorted(p.name for p in folder.iterdir() if p.name.endswith((".dist-info", ".egg-info")))
    )


def current_stamp(root: Path, venv: Path, extras: Iterable[str]) -> Stamp:
    """Describe what stands there now."""
    project = read_project(root)
    return Stamp(
        format=FORMAT,
        requirements=requirements_digest(project),
        python=python_tag(),
        checkout=str(root),
        extras=tuple(sorted(extras_closure(project, extras))),
        distributions=installed_distributions(venv),
    )


def outdated_reason(old: Stamp | None, new: Stamp) -> str:
    """Tell in words why a preparation is due; empty when none is.

    Packages that were added by hand are no reason; packages that went away or changed are.
    """
    if old is None or old.format != new.format:
        return "it was not finished"
    if old.python != new.python:
        return f"it was made for {old.python}, and this is {new.python}"
    if old.checkout != new.checkout:
        return "the checkout was moved"
    if old.requirements != new.requirements:
        return "pyproject.toml asks for other packages"
    if not set(new.extras) <= set(old.extras):
        return "this task needs more packages"
    gone = sorted(set(old.distributions) - set(new.distributions))
    if gone:
        return f"{gone[0].removesuffix('.dist-info')} was removed or changed"
    return ""
