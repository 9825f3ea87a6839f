"""A kiosk as a process whose clock stands in 1970 or 2099, over real TLS: OpenSSL goes by that clock as everything does.

Residents are served and their requests queue, staff read what is wrong, and all is delivered when the clock is set.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.courier.layout import CourierFolder
from sync.courier.stored_bundle import StoredBundle
from sync.events import parse_utc
from tests.storm.world import DEVICE, ROOT, enrol_kiosk, write_settings
from tests.sync.certificates import Authority
from tests.sync.sync_parts import Centre, make_centre
from tests.sync.tls_front import TlsFront

LIMIT_S = 30.0
LIBRARY = "libfaketimeMT.so.1"
IN_1970, IN_2099 = "@1970-01-01 00:05:00", "@2099-01-01 00:00:00"
RIGHT = "+0"
CLOCK_FAULT = "SYN-104"


def faketime_library() -> Path | None:
    """Debian keeps it out of the loader's way."""
    program = shutil.which("faketime")
    if program is None:
        return None
    return next(Path(program).parents[1].glob(f"lib*/**/faketime/{LIBRARY}"), None)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        faketime_library() is None,
        reason="a process gets a clock of its own by faketime (Debian: apt-get install faketime)",
    ),
]


class Kiosk:
    """The process, what it says, and its clock."""

    def __init__(self, settings: Path, stands: str) -> None:
        self._stamp = settings.with_name("clock")
        self.set_clock(stands)
        library = faketime_library()
        assert library is not None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.storm.clocked_kiosk", str(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "COLUMNS": "200",
                "LD_PRELOAD": str(library),
                "FAKETIME_TIMESTAMP_FILE": str(self._stamp),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            },
        )
        self.said: list[dict] = []
        self.printed = ""
        self._has_ended = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def set_clock(self, stands: str) -> None:
        """As staff do, or a time server."""
        fresh = self._stamp.with_suffix(".new")
        fresh.write_text(stands)
        fresh.replace(self._stamp)

    def tell(self, *words: str) -> int:
        """Give a command; returns how much was said before."""
        before = len(self.said)
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        return before

    def hear(self, wanted: Callable[[dict], bool], after: int = 0) -> dict:
        """The first line that is wanted."""

        def found() -> dict | None:
            return next((one for one in self.said[after:] if wanted(one)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None or self._has_ended, LIMIT_S)
            assert found() is not None, self.said[-8:]
            line = found()
            assert line is not None
            return line

    def ask(self, *words: str, key: str) -> dict:
        return self.hear(lambda one: key in one, self.tell(*words))

    def close(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            assert self._process.wait(LIMIT_S) == 0
        finally:
            self._process.kill()
            self._process.wait(LIMIT_S)
            self._reader.join(5)
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                if line.startswith("{"):
                    self.said.append(json.loads(line))
                else:
                    self.printed += line
                self._changed.notify_all()
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()


@contextlib.contextmanager
def centre_and_front(folder: Path) -> Iterator[tuple[Centre, TlsFront, Path]]:
    """A centre behind TLS whose clocks are right, and the settings of an enrolled kiosk."""
    authority = Authority(folder)
    with make_centre(folder / "centre") as centre:
        front = TlsFront(authority.server(), lambda: centre.url)
        try:
            region = enrol_kiosk(folder / "kiosk", centre.admin)
            key = centre.admin.centre_public_key()
            yield (
                centre,
                front,
                write_settings(folder, folder / "kiosk", region, front.url, key, authority.path),
            )
        finally:
            front.close()


@contextlib.contextmanager
def running(settings: Path, stands: str) -> Iterator[Kiosk]:
    kiosk = Kiosk(settings, stands)
    try:
        yield kiosk
    finally:
        kiosk.close()


@pytest.mark.parametrize("stands", [IN_1970, IN_2099])
def test_requests_queue_under_a_wrong_clock_and_are_delivered_when_it_is_set(
    stands: str, tmp_path: Path
):
    with (
        centre_and_front(tmp_path) as (centre, front, settings),
        running(settings, stands) as kiosk,
    ):
        fault = kiosk.hear(lambda one: one.get("code") == CLOCK_FAULT)
        assert fault["link"] == "clock_fault"
        assert fault["strip"] == "时钟不准"
        assert fault["staff"] == "本机时钟不准，不能安全连接。请把日期和时间校准。业务照常受理。"
        receipts = [kiosk.ask("accept", key="receipt")["receipt"] for _ in range(3)]
        queued = kiosk.ask("queue", key="queue")["queue"]
        assert [row[1] for row in queued] == receipts
        assert {row[4][:4] for row in queued} == {stands[1:5]}
        assert {tuple(row[5:]) for row in queued} == {("queued", 0, "")}
        # Further tries touch nothing, and nothing got through.
        kiosk.hear(lambda one: one.get("run") == CLOCK_FAULT, kiosk.tell("wake"))
        assert kiosk.ask("queue", key="queue")["queue"] == queued
        assert kiosk.hear(lambda one: one.get("waiting") == 3)["link"] == "clock_fault"
        assert centre.admin.applications() == []
        assert front.carried == 0
        told = kiosk.tell("time")
        kiosk.set_clock(RIGHT)
        done = kiosk.hear(lambda one: one.get("link") == "online" and not one["waiting"], told)
        assert done["code"] == ""
        now = datetime.now(UTC)
        settled = kiosk.ask("queue", key="queue")["queue"]
        # The very bytes that were made under the wrong clock.
        assert [row[:5] for row in settled] == [row[:5] for row in queued]
        assert {row[5] for row in settled} == {"acknowledged"}
        applied = {row["event_id"]: row for row in centre.admin.applications()}
        assert sorted(applied) == sorted(receipts)
        for row in applied.values():
            assert row["clock_quality"] == "exact"
            assert abs(parse_utc(row["corrected_at"]) - now) < timedelta(minutes=2)
        shown = kiosk.ask("time", key="shown")
        assert abs(parse_utc(shown["shown"]) - datetime.now(UTC)) < timedelta(minutes=2)


def test_time_that_a_courier_brings_is_gone_by_where_no_link_can_tell_it(tmp_path: Path):
    """The clock stands in 1970 at each start; the report on the stick is the only word of the centre."""
    stick = tmp_path / "stick"
    stick.mkdir()
    with centre_and_front(tmp_path) as (centre, _front, settings):
        report = centre.admin.delivery_report(DEVICE)
        reported_at = datetime.now(UTC)
        assert report is not None
        CourierFolder.at(stick).put_report(DEVICE, report)
        with running(settings, IN_1970) as kiosk:
            assert kiosk.ask("xianglin", "sync", key="ended")["ended"] == 1
            assert f"{CLOCK_FAULT} 本机时钟不准" in kiosk.printed
            assert "Warning" not in kiosk.printed
            assert kiosk.ask("xianglin", "courier", "import", str(stick), key="ended")["ended"] == 0
        with running(settings, IN_1970) as kiosk:
            told = kiosk.ask("time", key="shown")
            assert told["machine"].startswith("1970")
            # What people read goes on from there.
            assert timedelta(0) <= parse_utc(told["shown"]) - reported_at < timedelta(minutes=2)
            receipt = kiosk.ask("accept", key="receipt")["receipt"]
            assert kiosk.ask("xianglin", "courier", "export", str(stick), key="ended")["ended"] == 0
        place = CourierFolder.at(stick)
        (bundle,) = place.bundle_ids()
        taken = centre.admin.bundle_intake().take_folder(StoredBundle.load(place, bundle))
        assert taken.is_complete
        (row,) = centre.admin.applications()
        # 1970 is not believed: it was after what the centre had signed, and nobody knows how long after.
        assert (row["event_id"], row["clock_quality"]) == (receipt, "none")
        assert abs(parse_utc(row["corrected_at"]) - reported_at) < timedelta(seconds=5)
