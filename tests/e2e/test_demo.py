import os
import re
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).parents[2]

PAGES = [
    "welcome",
    "services",
    "identify",
    "confirm_person",
    "consent",
    "face_check",
    "face_motion",
    "choice",
    "form_review",
    "receipt",
    "citizen_number",
    "help",
    "card",
    "pin",
    "receipt_decided",
    "request_progress",
    "which_payments",
    "answer",
    "out_of_service",
]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_demonstration_shows_every_page_speaks_and_delivers_each_request_once(
    tmp_path: Path,
) -> None:
    # One test: where tests run side by side, each process would play the whole demonstration for its own.
    said = demonstrated(tmp_path)
    check_pictures(tmp_path)
    check_table(said)
    check_sounds(tmp_path)


def demonstrated(output: Path) -> str:
    """One run without a display and without test media, as on a newcomer's server."""
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--headless", "--output", str(output)],
        cwd=ROOT,
        env={**os.environ, "XIANGLIN_MEDIA": str(output / "none")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=280,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout


def check_pictures(output: Path) -> None:
    """Every page in order, none of them empty."""
    pictures = sorted(output.glob("*.png"))
    assert [path.stem.split("-", 1)[1] for path in pictures] == PAGES
    for path in pictures:
        image = QImage(str(path))
        assert (image.width(), image.height()) == (1080, 1920)
        colours = {image.pixel(x, y) for x in range(0, 1080, 27) for y in range(0, 1920, 24)}
        assert len(colours) > 3


def check_sounds(output: Path) -> None:
    """Every prompt, where a voice is installed."""
    sounds = sorted((output / "voice").glob("*.wav"))
    if not sounds:
        pytest.skip("no speech engine on this machine: captions only")
    assert [path.stem.split("-", 1)[1] for path in sounds[:5]] == [
        "welcome",
        "services",
        "services.pension",
        "identify",
        "confirm_person",
    ]
    for path in sounds:
        with wave.open(str(path)) as sound:
            assert sound.getnframes() / sound.getframerate() > 1.0


def check_table(said: str) -> None:
    """Two requests, applied once each although an answer was lost."""
    rows = [line for line in said.splitlines() if line.startswith("A07-")]
    assert len(rows) == 2
    assert "人脸+社保卡" in rows[0]
    assert "社保卡+密码" in rows[1]
    for row in rows:
        assert len(re.findall(r"\d\d:\d\d:\d\d", row)) == 3
        assert row.rstrip().endswith("1 件")
        assert "已有，未重办" in row
