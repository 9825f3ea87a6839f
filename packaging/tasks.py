#!/usr/bin/env python3
"""Everything that one does with a checkout, as one command: ``python3 packaging/tasks.py``.

This file must stay readable to old Pythons: its first job is to tell their users what to do.
"""

import os
import shutil
import subprocess
import sys

MINIMUM = (3, 11)
"""Oldest Python that the project runs on; the same as requires-python in pyproject.toml."""

NEWEST_TRIED = 15
"""Last minor version that is looked for on PATH when this one is too old."""


def newer_python() -> str:
    """Find a Python on PATH that is new enough; empty when there is none.

    Each one is started, because a version manager's placeholder is on PATH without being a Python.
    """
    for minor in range(MINIMUM[1], NEWEST_TRIED):
        found = shutil.which("python3.%d" % minor)
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return found
    return ""


def too_old_sentence(version: str, executable: str, argv: "list[str]") -> str:
    """Say in one sentence what is missing and what to type."""
    wanted = ".".join(map(str, MINIMUM))
    return (
        (
            "Xianglin needs Python {0} or newer and this is {1} ({2}): install a newer one "
            "(Ubuntu 22.04: sudo apt-get install -y python3.11 python3.11-venv) "
            "and run: python{0} packaging/tasks.py {3}"
        )
        .format(wanted, version, executable, " ".join(argv))
        .rstrip()
    )


def main() -> int:
    """Run the named task on a Python that is new enough; the exit code of the task."""
    if sys.version_info[:2] >= MINIMUM:
        import _dispatch  # its syntax is newer than this file's

        return _dispatch.main(sys.argv[1:])
    found = newer_python()
    if found:
        command = [found, os.path.abspath(__file__)] + sys.argv[1:]
        return subprocess.call(command)
    version = ".".join(map(str, sys.version_info[:3]))
    sys.stderr.write(too_old_sentence(version, sys.executable, sys.argv[1:]) + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
