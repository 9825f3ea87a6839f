import logging
import stat
import sys
from pathlib import Path

import pytest

from kiosk.logs import redact, start_logging, stop_logging


def test_line_holds_no_person_when_a_bug_logs_one() -> None:
    line = redact("found 11010519491231002X 张建国 13800138000 event=0193f-77 hash=ab12")
    assert line == "found … … … event=0193f-77 hash=ab12"


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no mode bits; the profile folder is private"
)
def test_file_is_private_and_tracebacks_are_redacted_when_an_error_is_logged(
    tmp_path: Path,
) -> None:
    handler = start_logging(tmp_path)
    try:
        try:
            int("11010519491231002X")
        except ValueError:
            logging.getLogger("kiosk.test").exception("failed code=%s", "KSK-200")
    finally:
        stop_logging(handler)
    file = tmp_path / "log" / "kiosk.log"
    text = file.read_text("utf-8")
    assert "failed code=KSK-200" in text
    assert "1949" not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_kiosk_goes_on_when_the_log_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file in the way")
    assert start_logging(tmp_path) is None
