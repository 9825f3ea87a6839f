"""The courier by its commands: a kiosk, a van and the centre, each with settings and a database of its own."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import CourierConfig
from kiosk.courier_watch import van_watch
from kiosk.demo.world import DemoWorld, make_world
from kiosk.domain.attachment import Attachment
from kiosk.flows.navigator import Navigator
from kiosk.runtime import open_runtime
from sync.central.admin import CentralAdmin
from sync.connectivity import LinkState
from sync.engine import SyncReport
from sync.outbox import ItemState
from tests.e2e.test_visit import write_settings
from tests.e2e.visits import applied, certify_by_pin, exchange

pytestmark = pytest.mark.slow
LOOPBACK = "127.0.0.1"


@dataclass
class Journey:
    """Who is on the road."""

    world: DemoWorld
    kiosk: Path
    """Settings of the kiosk."""
    van: Path
    """Settings of the van."""
    stick: Path

    def run(self, who: Path, *words: str) -> int:
        return main(["courier", *words, "--config", str(who)])

    def central(self, *words: str) -> int:
        state = str(self.world.folder / "centre")
        return main(["central", *words, "--state-dir", state, "--key-provider", "file"])

    def accept(self, picture: bool = False, who: int = 1) -> str:
        """A visit on the kiosk; gives the receipt's number."""
        person = self.world.residents[who]
        with open_runtime(self.world.config) as runtime:
            receipt = certify_by_pin(self.world, runtime, Navigator(runtime.visit_ports()), person)
            if picture:
                with runtime.store.transaction() as transaction:
                    (request,) = transaction.requests.newest_of(person.resident_id, 1)
                    photo = Attachment("invoices", "image/jpeg", b"a photo" * 20_000)
                    transaction.attachments.add(request.request_id, photo, runtime.clock.now())
        return receipt.receipt_number

    def waiting(self) -> int:
        with open_runtime(self.world.config) as runtime:
            return runtime.queue_status().waiting


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorld]:
    """One for all: making it takes longer than what happens in it."""
    with make_world(tmp_path_factory.mktemp("world"), "none") as made:
        yield made


@pytest.fixture(scope="module")
def shared(world: DemoWorld, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """Kiosk and van have spoken with the centre once."""
    tmp_path = tmp_path_factory.mktemp("van")
    kiosk = write_settings(world)
    van = tmp_path / "van.toml"
    with open_runtime(world.config) as runtime:
        exchange(runtime)
    sync = world.config.sync
    options = ["--config", str(van), "--state-dir", str(tmp_path / "van"), "--key-provider", "file"]
    options += ["--device-id", "van-0001", "--receipt-prefix", "B01", "--region", world.region_code]
    options += ["--centre-url", sync.centre_url, "--centre-key", sync.centre_public_key]
    assert main(["provision", *options]) == 0
    van.write_text(van.read_text("utf-8") + "\n[courier]\nis_van = true\n", "utf-8")
    made = Journey(world, kiosk, van, tmp_path)
    enrol(made)
    assert main(["sync", "--config", str(van)]) == 0
    return made


@pytest.fixture
def journey(shared: Journey, tmp_path: Path) -> Journey:
    """A new stick; the village is cut off."""
    stick = tmp_path / "stick"
    stick.mkdir()
    shared.world.link.down()
    return replace(shared, stick=stick)


def enrol(journey: Journey) -> None:
    from kiosk.storage.database import open_kiosk_database
    from kiosk.storage.device_key import load_or_make_device_seed
    from sync.signing import DeviceSigner

    encrypted = open_kiosk_database(journey.van.parent / "van", "file")
    key = DeviceSigner(load_or_make_device_seed(encrypted)).public_key
    encrypted.close()
    with CentralAdmin(journey.world.folder / "centre", "file") as admin:
        admin.enrol_device("van-0001", "B01", journey.world.region_code, key)


def test_by_stick_by_van_and_by_hand_and_back(
    journey: Journey, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_leaves_without_the_centres_keys(journey, capsys)
    by_van_and_internet(journey, capsys)
    by_hand_to_the_centre(journey, capsys)
    failures_are_said_in_plain_words(journey, capsys)


def by_van_and_internet(journey: Journey, capsys: pytest.CaptureFixture[str]) -> None:
    number = journey.accept(picture=True)
    stick = str(journey.stick)
    assert journey.run(journey.kiosk, "export", stick, "--label", "蓝色U盘") == 0
    assert "1 件，照片 1 张" in capsys.readouterr().out
    assert journey.run(journey.van, "import", stick) == 0
    assert "收下了：demo-0007 第" in capsys.readouterr().out
    assert journey.run(journey.kiosk, "import", stick) == 0
    assert "服务车 van-0001 从" in capsys.readouterr().out
    assert journey.run(journey.kiosk, "status") == 0
    said = capsys.readouterr().out.replace("\n", "")
    assert "蓝色U盘" in said
    assert "还有 1 件没有送达" in said
    assert journey.waiting() == 1
    journey.world.link.up()  # the van is in town
    assert journey.run(journey.van, "deliver") == 0
    assert "送到了 1 包，取回 1 份新回执、1 份名单和结果" in capsys.readouterr().out
    assert number in applied(journey.world)
    journey.world.link.down()
    assert journey.run(journey.van, "import", stick) == 0
    assert journey.run(journey.kiosk, "import", stick) == 0
    said = capsys.readouterr().out.replace("\n", "")
    assert "送达 1 件" in said
    assert "办结或补正 1 件" in said
    assert journey.waiting() == 0
    with open_runtime(journey.world.config) as runtime, runtime.encrypted.reading() as database:
        assert runtime.outbox.items(database, ItemState.ACKNOWLEDGED)
        states = database.execute("SELECT DISTINCT state FROM service_request").fetchall()
        assert states == [("decided",)]
        # No event names this picture, so it is still asked for; else nothing is left.
        database.execute("DELETE FROM blob")
    assert journey.run(journey.kiosk, "export", stick) == 0
    assert "没有要送的" in capsys.readouterr().out


def by_hand_to_the_centre(journey: Journey, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(journey.stick / "xianglin-courier")
    number = journey.accept(who=2)
    stick = str(journey.stick)
    assert journey.run(journey.kiosk, "export", stick) == 0
    capsys.readouterr()
    assert journey.central("import-bundles", stick) == 0
    assert re.search(r"demo-0007 bundle \d: 1 applied", capsys.readouterr().out)
    assert journey.central("import-bundles", stick) == 0
    assert "taken in before" in capsys.readouterr().out
    shutil.rmtree(journey.stick / "xianglin-courier/reports")
    newcomer = {
        "resident_id": "r-9001",
        "citizen_id": "513022194803120647",
        "name": "新来的人",
        "region_code": journey.world.region_code,
    }
    roster = journey.stick.parent / "newcomer.json"
    roster.write_text(json.dumps({"residents": [newcomer]}), "utf-8")
    assert journey.central("load-roster", str(roster)) == 0
    assert journey.central("export-reports", stick) == 0
    assert "1 reports written" in capsys.readouterr().out
    assert journey.run(journey.kiosk, "import", stick) == 0
    said = capsys.readouterr().out.replace("\n", "")
    assert "名单变动" in said
    assert "办结或补正 1 件" in said
    with open_runtime(journey.world.config) as runtime, runtime.encrypted.reading() as database:
        found = database.execute("SELECT name FROM resident WHERE resident_id = 'r-9001'")
        assert found.fetchone() == ("新来的人",)
        # No link was ever there: what the centre decided of both requests came on the stick as well.
        states = database.execute("SELECT DISTINCT state FROM service_request").fetchall()
        assert states == [("decided",)]
    assert number in applied(journey.world)
    assert journey.waiting() == 0


def nothing_leaves_without_the_centres_keys(
    journey: Journey, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a stick can bring them."""
    with open_runtime(journey.world.config) as runtime, runtime.store.transaction() as transaction:
        transaction.database.execute("DELETE FROM centre_keyring")
    stick = str(journey.stick)
    assert journey.run(journey.kiosk, "export", stick) == 1
    assert "SYN-710" in capsys.readouterr().err
    assert list(journey.stick.iterdir()) == []
    assert journey.central("export-reports", stick) == 0
    assert journey.run(journey.kiosk, "import", stick) == 0
    assert "中心换了新的钥匙" in capsys.readouterr().out


def failures_are_said_in_plain_words(journey: Journey, capsys: pytest.CaptureFixture[str]) -> None:
    assert journey.run(journey.kiosk, "export", str(journey.stick / "missing")) == 1
    assert "SYN-707" in capsys.readouterr().err
    assert journey.run(journey.kiosk, "deliver") == 2
    assert "is_van" in capsys.readouterr().err
    assert journey.run(journey.kiosk, "handover", "--van", "nonsense") == 2
    assert journey.run(journey.kiosk, "handover", "--van", f"{LOOPBACK}:9") == 1
    assert "SYN-711" in capsys.readouterr().err


@contextlib.contextmanager
def serving(van: Path) -> Iterator[int]:
    """``xianglin courier serve`` in a process of its own; gives its port."""
    command = [sys.executable, "-m", "kiosk", "courier", "serve", "--interface", LOOPBACK]
    process = subprocess.Popen(
        [*command, "--config", str(van)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        found = re.search(r"端口 (\d+)", line)
        assert found, line
        yield int(found[1])
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_two_processes_find_each_other_in_the_local_network_and_hand_over(
    journey: Journey,
) -> None:
    number = journey.accept(who=3)
    with serving(journey.van):
        command = [sys.executable, "-m", "kiosk", "courier", "handover", "--interface", LOOPBACK]
        done = subprocess.run(
            [*command, "--config", str(journey.kiosk)], capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        assert "交给了服务车 van-0001：1 包，1 件" in done.stdout.decode()
        journey.world.link.up()
        assert journey.run(journey.van, "deliver") == 0
        journey.world.link.down()
        assert number in applied(journey.world)
        # The second time by itself, as the sync worker does after a run without an answer.
        config = replace(journey.world.config, courier=CourierConfig(lan=True))
        with open_runtime(config) as runtime:
            look = van_watch(runtime, [LOOPBACK])
            assert look is not None
            look(SyncReport(link=LinkState.OFFLINE), threading.Event())
            assert runtime.queue_status().waiting == 0
            with runtime.encrypted.reading() as database:
                kinds = database.execute("SELECT kind FROM audit").fetchall()
    assert [kind for (kind,) in kinds].count("courier.handed_over") == 2
