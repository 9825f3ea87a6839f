"""``xianglin repair`` and what the doctor, the status strip and the centre are told of a repair."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import default_state_dir
from kiosk.disk_watch import FULL, REPAIRED, DiskWatch
from kiosk.doctor.finding import Health
from kiosk.doctor.storage_checks import check_repairs
from kiosk.flows.actions import Begin, ChooseService
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import NoticePage, ServicesPage
from kiosk.storage.database import DATABASE_FILE
from kiosk.storage.store import SqliteStore
from sync.device_alarm import ALARM_KIND
from sync.item import SignedItem
from sync.signing import Verifier
from tests.builders import World, make_world
from tests.crash.kiosk_parts import open_kiosk
from tests.faults.full_disk import fill
from tests.flows.walk import walk
from tests.storage.damage import pages_of, spoil
from tests.storage.states import KEY_FILE, submit

SETTINGS = """
[device]
id = "dev-0007"
receipt_prefix = "A07"
region_code = "513022104203"
[hardware]
camera = "none"
[storage]
state_dir = "{state}"
key_provider = "file"
"""


@pytest.fixture
def served(tmp_path: Path, home: Path) -> Path:
    """Settings of a kiosk that accepted five requests."""
    with open_kiosk(tmp_path) as kiosk:
        for _ in range(5):
            kiosk.submit()
    settings = tmp_path / "kiosk.toml"
    settings.write_text(SETTINGS.format(state=tmp_path / "state"), "utf-8")
    return settings


def repair(settings: Path, *options: str) -> int:
    return main(["repair", "--config", str(settings), *options])


def test_sound_database_is_left_alone(
    served: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (tmp_path / "state" / DATABASE_FILE).read_bytes()
    assert repair(served) == 0
    assert "不用修" in capsys.readouterr().out
    assert (tmp_path / "state" / DATABASE_FILE).read_bytes() == before


def test_repair_names_the_receipts_that_are_lost(
    served: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    spoil(state / DATABASE_FILE, pages_of(state)["outbox"])
    assert repair(served) == 0
    out = capsys.readouterr().out
    assert "A07-000001-D" in out
    assert "要重新受理" in out
    finding = check_repairs(state)
    assert finding.health is Health.WARNING
    assert "5 件" in finding.found
    assert repair(served, "--json") == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert len(report["lost_receipts"]) == 5
    assert repair(served, "--seen") == 0
    assert check_repairs(state).health is Health.GOOD


def test_repair_refuses_a_wrong_key_and_moves_nothing(
    served: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    (state / KEY_FILE).write_text("ab" * 32)
    assert repair(served) == 1
    assert "KSK-203" in capsys.readouterr().err
    assert not (state / "quarantine").exists()


def test_repair_waits_for_a_kiosk_that_runs(
    served: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    with open_kiosk(tmp_path):
        spoil(state / DATABASE_FILE, pages_of(state)["resident"])
        assert repair(served) == 1
    assert "KSK-204" in capsys.readouterr().err
    assert not (state / "quarantine").exists()


def test_centre_is_told_of_each_repair_once(served: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    spoil(state / DATABASE_FILE, pages_of(state)["outbox"])
    assert repair(served) == 0
    for _ in range(2):
        with open_kiosk(tmp_path) as kiosk:
            watch = DiskWatch(kiosk.encrypted, kiosk.store, kiosk.outbox)
            watch.settle()
            assert watch.alarm() == REPAIRED
            with kiosk.encrypted.reading() as raw:
                rows = raw.execute(
                    "SELECT item FROM outbox WHERE kind = ?", [ALARM_KIND]
                ).fetchall()
            verifier = Verifier(kiosk.signer.public_key)
    ((item,),) = rows
    payload = SignedItem.decode(item).open(verifier).payload
    assert payload["lost"] == 5
    assert payload["lost_receipts"][0] == "A07-000001-D"
    assert payload["reason"] == "damaged"


def test_staff_see_a_full_disk_before_residents_are_turned_away(world: World) -> None:
    store = world.store
    strict = SqliteStore(store.encrypted, store.outbox, store.clock, 1 << 60)
    assert DiskWatch(store.encrypted, strict, store.outbox).alarm() == FULL
    assert DiskWatch(store.encrypted, store, store.outbox).alarm() == ""


def test_residents_hear_of_a_full_disk_before_they_fill_in_anything(disk: Path) -> None:
    with make_world(disk) as world:
        store = world.store
        strict = SqliteStore(store.encrypted, store.outbox, store.clock, 256 * 1024)
        navigator = Navigator(replace(world.ports, has_room=strict.has_room))
        certify = ChooseService("pension.life_certification")
        walk(navigator, (Begin(), ServicesPage))
        ballast = fill(disk)
        page = navigator.act(certify)
        assert isinstance(page, NoticePage)
        assert page.prompt.id == "notice.no_room"
        ballast.unlink()
        submit(world)


def test_default_state_folder_is_never_touched(home: Path) -> None:
    assert not default_state_dir().exists()
