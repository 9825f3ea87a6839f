"""The systemd unit of the centre starts what there is, with the key by its right name, and may do nothing else."""

import argparse
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from sync.central.cli import STATE_VARIABLE, add_central_parser
from sync.central.database import DATABASE_KEY_NAME
from sync.central.database_url import FILE_VARIABLE

UNIT = Path(__file__).parents[2] / "packaging" / "systemd" / "xianglin-central.service"
TEXT = UNIT.read_text("utf-8")
LINES = TEXT.splitlines()


def values(key: str) -> list[str]:
    return [line.removeprefix(f"{key}=") for line in LINES if line.startswith(f"{key}=")]


def test_command_is_one_of_the_real_command_line() -> None:
    (command,) = values("ExecStart")
    program, *arguments = shlex.split(command)
    parser = argparse.ArgumentParser()
    add_central_parser(parser.add_subparsers())
    parsed = parser.parse_args([*arguments, "--workers", "4"])
    assert (Path(program).name, arguments[0]) == ("xianglin", "central")
    assert (parsed.key_provider, parsed.port, parsed.workers) == ("systemd", 8470, 4)


def test_names_are_those_that_the_centre_looks_for() -> None:
    (key,) = values("LoadCredentialEncrypted")
    assert key.partition(":")[0] == DATABASE_KEY_NAME
    assert f"{STATE_VARIABLE}=%S/xianglin-central" in values("Environment")
    assert f"#Environment={FILE_VARIABLE}=%d/database" in LINES
    assert f"--name={DATABASE_KEY_NAME} " in TEXT


def test_service_may_write_its_folder_only() -> None:
    for line in (
        "DynamicUser=yes",
        "StateDirectoryMode=0700",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "UMask=0077",
    ):
        assert line in LINES
    assert values("ReadWritePaths") == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_knows_every_line(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    (command,) = values("ExecStart")
    copy.write_text(TEXT.replace(shlex.split(command)[0], "/bin/true"), "utf-8")
    for arguments in (("verify", "--man=no"), ("security", "--offline=true", "--threshold=20")):
        done = subprocess.run(
            ["systemd-analyze", *arguments, copy],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        assert "Unknown" not in done.stderr
