import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def try_service(service_id: str, typed: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "catalogue", "try", service_id],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_service_is_walked_to_its_end_in_the_terminal() -> None:
    ended = try_service("pension.estimate", "1\n1975-05-06\n20\n1\n60\n")
    assert ended.returncode == 0, ended.stderr
    assert "估算" in ended.stdout
    assert "您交的是哪一种？" in ended.stdout


def test_wrong_answer_is_asked_again_and_a_short_input_says_so() -> None:
    ended = try_service("pension.estimate", "1\n2023-02-29\n")
    assert ended.returncode == 1
    assert "输入结束" in ended.stdout


def test_unknown_service_is_said() -> None:
    ended = try_service("no.such", "")
    assert ended.returncode == 1
    assert "没有 no.such 这项业务" in ended.stdout
