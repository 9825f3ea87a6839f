"""Start programs and follow what they print, line by line."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

IS_WINDOWS = os.name == "nt"


def follow(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
) -> tuple[int, list[str]]:
    """Run a program to its end; give every line it prints, on either stream, to ``on_line``.

    A program that cannot be started gives exit code 127, as in a shell.

    Returns:
        The exit code and all lines.
    """
    lines: list[str] = []
    try:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        return 127, [f"{command[0]}: {error.strerror or error}"]
    with process:
        try:
            for raw in process.stdout or ():
                line = raw.rstrip()
                lines.append(line)
                on_line(line)
        except BaseException:
            process.kill()
            raise
    return process.returncode, lines


def hand_over(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> int:
    """Become another program where the system can; on Windows, wait for it and pass its exit code on.

    Windows has no exec: its imitation returns to the shell at once and fights over the keyboard.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(cwd)
    if not IS_WINDOWS:
        os.execve(command[0], list(command), dict(env))  # noqa: S606  (never returns; no shell is wanted)
    try:
        return subprocess.call(list(command), env=dict(env))
    except KeyboardInterrupt:
        return 130
