"""What a real process asked of the file system, call by call, as strace saw it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT_S = 60
"""For one traced process; under load an import takes seconds."""

CALLS = (
    "openat,open,creat,close,dup,dup2,dup3,fcntl,lseek,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,"
    "fallocate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,mkdir,mkdirat,"
    "rmdir,sendfile,copy_file_range,sync,syncfs,sync_file_range,io_uring_setup,clone,clone3,fork,vfork"
)
"""Everything that changes a file or a name, or gives one a descriptor. Reading changes nothing. The shared memory
file is mapped and left out: SQLite makes it anew from the WAL after a power cut."""

_LINE = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_ARGUMENT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|([^,"]+)')


@dataclass(frozen=True, slots=True)
class Call:
    """One call that succeeded."""

    name: str
    arguments: tuple[bytes | str, ...]
    """Strings as the bytes that they were; numbers and flags as strace writes them."""
    result: int

    def text(self, index: int) -> str:
        """An argument that is a number, a flag or a path."""
        value = self.arguments[index]
        return os.fsdecode(value) if isinstance(value, bytes) else value

    def number(self, index: int) -> int:
        """An argument that is a number."""
        return int(self.text(index), 0)

    def data(self, index: int) -> bytes:
        """An argument that is a buffer."""
        value = self.arguments[index]
        assert isinstance(value, bytes), self
        return value


def require_strace() -> str:
    """The program, or a skip that says why."""
    program = shutil.which("strace") if sys.platform.startswith("linux") else None
    if program is None:
        pytest.skip("strace is not installed: apt-get install strace")
    probe = subprocess.run([program, "-o", os.devnull, "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"strace may not trace here: {probe.stderr.decode(errors='replace').strip()}")
    return program


@dataclass(frozen=True, slots=True)
class Job:
    """One driver to be traced."""

    driver: str
    """A function of ``tests.crash.drivers``."""
    folder: Path
    """What it works on."""
    controls: tuple[str, ...] = ()
    """Faults to build in."""


def traced(jobs: Sequence[Job], logs: Path) -> list[list[Call]]:
    """Run the drivers, each in a process of its own, and give the calls of each, oldest first.

    One parent has imported everything before it forks: reading modules takes ten times as long as what is looked at.

    Args:
        logs: a folder for strace's files.
    """
    command = [
        require_strace(),
        "-ff",
        "--seccomp-bpf",
        "-xx",
        "-s",
        str(1 << 24),
        "-e",
        "signal=none",
    ]
    command += ["-e", f"trace={CALLS}", "-o", str(logs / "trace")]
    command += [sys.executable, "-m", "tests.crash.drivers"]
    wanted = json.dumps([[job.driver, str(job.folder), *job.controls] for job in jobs])
    done = subprocess.run(
        command,
        cwd=ROOT,
        input=wanted,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pids = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("TRACED ")]
    assert len(pids) == len(jobs), done.stderr
    return [parse((logs / f"trace.{pid}").read_text("ascii")) for pid in pids]


def parse(log: str) -> list[Call]:
    """Take the log of one process apart."""
    calls = []
    for line in log.splitlines():
        found = _LINE.match(line)
        if found is not None and int(found["result"]) >= 0:
            calls.append(Call(found["name"], _arguments(found["arguments"]), int(found["result"])))
    return calls


def _arguments(text: str) -> tuple[bytes | str, ...]:
    values: list[bytes | str] = []
    for found in _ARGUMENT.finditer(text):
        quoted, plain = found.groups()
        if quoted is not None:
            values.append(bytes.fromhex(quoted.replace("\\x", "")))
        elif plain.strip():
            values.append(plain.strip())
    return tuple(values)
