"""Each check on its own: a fault of the machine is a row, never an exception."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from accessibility.errors import SynthesizerUnavailable
from kiosk.devices.factory import make_camera, make_card_reader
from kiosk.doctor.centre_checks import check_centre, check_queue
from kiosk.doctor.device_checks import (
    check_camera,
    check_card_reader,
    check_models,
    check_sound,
)
from kiosk.doctor.examination import safely
from kiosk.doctor.finding import Finding, Health
from kiosk.doctor.key_checks import check_keys
from kiosk.doctor.storage_checks import check_clock, check_database, check_disk
from kiosk.errors import CameraUnavailable
from kiosk.explain import Label
from kiosk.models.store import ModelStore
from kiosk.services.ports import DeviceState
from kiosk.storage.database import open_kiosk_database
from sync.connectivity import SyncStatus
from sync.device_keys import DeviceKey
from sync.errors import (
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    SyncError,
    Unreachable,
)
from sync.keyring import Keyring, ListedKey
from sync.sealing import KEMS, OpeningKey
from sync.signing import DeviceSigner
from tests.builders import FakeCardReader
from tests.doctor.machines import make_database
from tests.identity.engines import dlib_engine

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class UnplugCamera:
    """Opens, and is unplugged before the first picture."""

    label = "USB"
    is_open = False

    def open(self) -> None:
        self.is_open = True

    def read(self) -> "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]":
        raise CameraUnavailable("unplugged")

    def close(self) -> None:
        self.is_open = False


def test_camera_that_is_unplugged_is_a_warning_and_is_closed(label: Label) -> None:
    camera = UnplugCamera()
    finding = check_camera(lambda: camera, "opencv:0", label)
    assert (finding.health, finding.code) == (Health.WARNING, "KSK-301")
    assert not camera.is_open


def test_camera_that_is_missing_or_none_is_a_warning(label: Label, tmp_path: Path) -> None:
    missing = f"file:{tmp_path / 'none.jpg'}"
    assert check_camera(lambda: make_camera(missing), missing, label).health is Health.WARNING
    assert "没有配置" in check_camera(lambda: make_camera("none"), "none", label).found


def test_card_reader_says_whether_it_is_there(label: Label) -> None:
    reader = FakeCardReader()
    assert check_card_reader(lambda: reader, "x", label).health is Health.GOOD
    reader.device_state = DeviceState.ABSENT
    assert check_card_reader(lambda: reader, "x", label).health is Health.WARNING
    assert check_card_reader(lambda: reader, "none", label).health is Health.WARNING


def test_cards_file_that_is_wrong_is_a_fault_because_the_kiosk_would_not_start(
    label: Label, tmp_path: Path
) -> None:
    cards = tmp_path / "cards.json"
    cards.write_text('{"cards": [{"name": "赵桂兰"}]}', "utf-8")
    finding = check_card_reader(
        lambda: make_card_reader(f"simulated:{cards}"), "simulated:x", label
    )
    assert finding.health is Health.FAULT
    assert "第 1 张模拟卡" in finding.found
    assert "赵桂兰" not in finding.found


def test_missing_models_are_a_warning_because_card_and_pin_still_serve(
    label: Label, tmp_path: Path
) -> None:
    engine = dlib_engine(tmp_path / "cache", ModelStore(locate=lambda _: tmp_path))
    finding = check_models(lambda: engine, label)
    assert (finding.health, finding.code) == (Health.WARNING, "KSK-302")
    assert "一样能办" in finding.remedy


def test_sound_that_cannot_be_made_is_a_warning_and_leaves_no_file(
    label: Label, tmp_path: Path
) -> None:
    def fail(target: Path) -> None:
        target.write_bytes(b"half")
        raise SynthesizerUnavailable("no espeak")

    finding = check_sound(fail, lambda: "speaker", tmp_path, label)
    assert (finding.health, finding.code) == (Health.WARNING, "ACC-201")
    assert list(tmp_path.iterdir()) == []
    silent = check_sound(lambda target: None, lambda: None, tmp_path, label)
    assert "没有声音输出设备" in silent.found


def answer(error: SyncError) -> Callable[[], datetime]:
    def probe() -> datetime:
        raise error

    return probe


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (Unreachable("x"), "连不上"),
        (NotTheCentre("x"), "拦住"),
        (ClockFault("x"), "时钟"),
        (NotAuthorised("x"), "不认识"),
        (ProtocolMismatch("x"), "版本"),
        (SyncError("x"), "出了错"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_centre_that_does_not_answer_rightly_is_said_in_words(
    error: SyncError, word: str, label: Label
) -> None:
    finding, centre_time = check_centre(answer(error), "", label)
    assert finding.health is Health.WARNING
    assert word in finding.found
    assert finding.found.isascii() is False
    assert finding.code == error.code
    assert centre_time is None


def test_centre_that_answers_gives_its_time(label: Label, tmp_path: Path) -> None:
    finding, centre_time = check_centre(lambda: NOW, "", label)
    assert (finding.health, centre_time) == (Health.GOOD, NOW)
    missing, _ = check_centre(lambda: NOW, str(tmp_path / "no.pem"), label)
    assert "sync.ca_bundle" in missing.remedy


def test_queue_says_how_long_the_oldest_waits_and_what_was_sent_back() -> None:
    assert check_queue(SyncStatus(waiting=0)).found == "0 件"
    assert "3 分钟前" in check_queue(SyncStatus(waiting=1, oldest_age_s=180.0)).found
    assert "21 天前" in check_queue(SyncStatus(waiting=9, oldest_age_s=21 * 86400.0)).found
    assert check_queue(SyncStatus(waiting=1, parked=2)).health is Health.WARNING


def test_clock_before_the_newest_record_is_a_fault() -> None:
    assert check_clock(NOW, NOW + timedelta(seconds=1), None).health is Health.FAULT
    assert check_clock(NOW, NOW, NOW + timedelta(minutes=10)).health is Health.WARNING
    assert check_clock(NOW, None, NOW + timedelta(seconds=3)).health is Health.GOOD


def test_disk_is_asked_where_the_folder_will_be(tmp_path: Path) -> None:
    assert "还有" in check_disk(tmp_path / "not" / "yet").found


def test_database_is_examined_for_tampering(label: Label, tmp_path: Path) -> None:
    state = make_database(tmp_path)

    def finding() -> tuple[Health, str]:
        row = check_database(lambda: open_kiosk_database(state, "file"), label)
        return row.health, row.found

    assert finding() == (Health.GOOD, "完好，已受理 0 件")
    database = open_kiosk_database(state, "file")
    with database.transaction() as raw:
        raw.execute(
            "INSERT INTO audit (at, kind, subject, details, previous_hash, hash) "
            "VALUES ('2026-11-24T00:00:00+00:00', 'forged', '', '{}', '', '')"
        )
    database.close()
    assert finding()[0] is Health.FAULT
    assert "第 1 条" in finding()[1]


def test_check_that_breaks_is_a_row_and_not_a_traceback() -> None:
    def break_down() -> Finding:
        raise IndexError("list index out of range")

    finding = safely("camera", break_down)
    assert (finding.check, finding.health, finding.code) == ("camera", Health.FAULT, "KSK-000")
    assert "IndexError" in finding.found


FIRST, SECOND = (DeviceSigner(bytes([number]) * 32) for number in (1, 2))
SEALING = {kem: (ListedKey(OpeningKey.generate(kem).sealing_key.public),) for kem in KEMS}


def keyring(until: datetime | None = None) -> Keyring:
    sealing = {kem: (replace(keys[0], until=until),) for kem, keys in SEALING.items()}
    return Keyring(3, NOW, (ListedKey(FIRST.public_key),), (), sealing, (20260001,))


def test_kiosk_without_the_centres_keys_is_told_how_to_get_them() -> None:
    found = check_keys(None, None, None, NOW)
    assert found.health is Health.WARNING
    assert "xianglin keys import" in found.remedy


def test_keys_that_end_soon_or_were_not_looked_at_for_long_are_a_warning() -> None:
    assert check_keys(keyring(), NOW, None, NOW).health is Health.GOOD
    assert check_keys(keyring(NOW + timedelta(days=60)), NOW, None, NOW).health is Health.GOOD
    soon = check_keys(keyring(NOW + timedelta(days=20)), NOW, None, NOW)
    assert (soon.health, soon.check) == (Health.WARNING, "keys")
    assert f"{NOW + timedelta(days=20):%Y-%m-%d}" in soon.found
    old = check_keys(keyring(), NOW - timedelta(days=91), None, NOW)
    assert old.health is Health.WARNING
    assert "91 天" in old.found


def test_new_key_that_the_centre_does_not_know_is_a_warning() -> None:
    waiting = DeviceKey(1, SECOND, 40, "2026-11-23T08:00:00.000Z", is_announced=False)
    found = check_keys(keyring(), NOW, waiting, NOW)
    assert found.health is Health.WARNING
    assert SECOND.key_id in found.found
