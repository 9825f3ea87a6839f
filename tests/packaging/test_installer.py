"""What pip and uv print, and what people get to see of it."""

import sys
from pathlib import Path

import pytest
from _console import Console, TaskError
from _failures import cause, explain
from _installer import (
    Installer,
    clean_environment,
    find_uv,
    install,
    pip_installer,
    progress_text,
    telling,
    uv_installer,
)

PYTHON = Path(sys.executable)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (
            "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'",
            "could not be reached",
        ),
        ("ERROR: ... [Errno -3] Temporary failure in name resolution", "could not be reached"),
        ("error: Failed to fetch: `https://example.invalid/simple/rich/`", "could not be reached"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: [Errno 13] Permission denied: '/opt/x'", "may not be written"),
        ("SSLError: CERTIFICATE_VERIFY_FAILED", "clock"),
        ("OSError: Tunnel connection failed: 407 Proxy Authentication Required", "proxy"),
        ("ERROR: No matching distribution found for dlib-bin>=20.0.1", "no build for this system"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "damaged"),
        ("error: subprocess-exited-with-error", "could not be built"),
        ("Segmentation fault", "does not know"),
    ],
)
def test_a_failure_is_named_in_plain_words(line: str, word: str) -> None:
    assert word in cause(["Collecting rich", line])


def test_the_network_is_named_when_pip_blames_a_missing_version_after_it_failed() -> None:
    lines = [
        "WARNING: Retrying (...) after connection broken by 'NewConnectionError(...)'",
        "ERROR: Could not find a version that satisfies the requirement rich (from versions: none)",
        "ERROR: No matching distribution found for rich",
    ]
    assert "could not be reached" in cause(lines)


def test_an_explanation_quotes_the_errors_only_and_names_the_log() -> None:
    text = explain(["Collecting rich", "ERROR: broken", "x" * 999], "prepare.log")
    assert "  | ERROR: broken" in text
    assert "Collecting" not in text
    assert text.endswith("prepare.log")


def test_an_explanation_quotes_the_last_lines_when_none_is_an_error() -> None:
    assert "  | two" in explain(["one", "two", ""], "log")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Collecting rich>=13.9", "Collecting rich>=13.9"),
        (
            "  Downloading PySide6_Essentials-6.9.3-cp39-abi3-win_amd64.whl (84.3 MB)",
            "downloading PySide6_Essentials (84.3 MB)",
        ),
        ("Downloading pyside6-essentials (80.4MiB)", "downloading pyside6 (80.4MiB)"),
        ("Requirement already satisfied: rich>=13 in ./x (from y)", "rich>=13 is there"),
        ("Installing collected packages: a, b, c", "installing 3 packages"),
        (
            "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken",
            "the package server does not answer; trying again",
        ),
        ("     |################| 84.3 MB", ""),
        ("", ""),
    ],
)
def test_a_line_is_shortened_to_what_it_tells(line: str, shown: str) -> None:
    assert telling(line) == shown


def test_nothing_in_the_environment_leads_an_installer_out_of_the_checkout(tmp_path: Path) -> None:
    environment = clean_environment(
        {"PYTHONPATH": "x", "PYTHONHOME": "x", "PIP_TARGET": "x", "HTTPS_PROXY": "p"}, tmp_path
    )
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET"} & set(environment)
    assert environment["HTTPS_PROXY"] == "p"
    assert environment["PIP_USER"] == "0"
    assert environment["TMPDIR"] == str(tmp_path)


def test_uv_is_not_used_when_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIANGLIN_NO_UV", raising=False)
    assert find_uv(lambda name: f"/bin/{name}") == "/bin/uv"
    monkeypatch.setenv("XIANGLIN_NO_UV", "1")
    assert find_uv(lambda name: f"/bin/{name}") is None


def test_progress_counts_downloads_first_and_unpacked_files_then(tmp_path: Path) -> None:
    downloads, packages = tmp_path / "tmp", tmp_path / "site-packages"
    for folder, megabytes in ((downloads, 3), (packages, 5)):
        folder.mkdir()
        (folder / "file").write_bytes(bytes(megabytes * 1_000_000))
    assert progress_text(downloads, packages, "downloading rich") == "3 MB arrived"
    assert progress_text(downloads, packages, "installing 3 packages") == "5 MB unpacked"
    assert progress_text(tmp_path / "nosuch", None, "installing 3 packages") == ""


def test_both_installers_write_into_the_environment_that_they_are_bound_to() -> None:
    assert pip_installer(PYTHON).command[:4] == (str(PYTHON), "-m", "pip", "install")
    assert uv_installer("/bin/uv", PYTHON).command[:5] == (
        "/bin/uv",
        "pip",
        "install",
        "--python",
        str(PYTHON),
    )


def run_installer(checkout: Path, console: Console, program: str) -> None:
    venv = checkout / ".venv"
    venv.mkdir()
    installer = Installer("pip", (str(PYTHON), "-c", program), ())
    with console.step("packages") as step:
        install(installer, ["--editable", "."], root=checkout, venv=venv, step=step)


def test_everything_an_installer_says_is_kept_in_its_log(checkout: Path, console: Console) -> None:
    run_installer(checkout, console, "import sys; print('out'); print('err', file=sys.stderr)")
    log = (checkout / ".venv" / "prepare.log").read_text("utf-8")
    assert "--editable ." in log
    assert "out" in log
    assert "err" in log
    assert not (checkout / ".venv" / "tmp").exists()


def test_a_failing_installer_ends_in_a_sentence_and_leaves_no_downloads(
    checkout: Path, console: Console
) -> None:
    program = "print('ERROR: NewConnectionError: no route'); raise SystemExit(1)"
    with pytest.raises(TaskError, match="could not be reached"):
        run_installer(checkout, console, program)
    assert not (checkout / ".venv" / "tmp").exists()


def test_an_installer_that_is_not_there_ends_in_a_sentence(
    checkout: Path, console: Console
) -> None:
    (checkout / ".venv").mkdir()
    installer = Installer("uv", (str(checkout / "nosuch"),), ())
    with console.step("packages") as step, pytest.raises(TaskError, match="No such file"):
        install(installer, [], root=checkout, venv=checkout / ".venv", step=step)
