import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config import SyncConfig
from kiosk.demo.world import (
    DemoWorld,
    running_centre,
    start_centre,
    stop_centre,
    wait_for_centre,
)
from kiosk.flows import pages
from kiosk.flows.navigator import Navigator
from kiosk.runtime import open_runtime
from sync.connectivity import LinkState
from sync.envelope import is_sealed
from tests.e2e.visits import applied, certify, certify_by_pin, exchange, finish

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_visit_without_network_is_decided_once_when_the_network_returns(world: DemoWorld) -> None:
    with world.runtime() as runtime:
        world.link.down()
        navigator = Navigator(runtime.visit_ports())
        receipt = certify(world, runtime, navigator)
        assert receipt.stage is pages.RequestStage.ACCEPTED
        with runtime.encrypted.reading() as database:
            assert is_sealed(bytes(database.execute("SELECT item FROM outbox").fetchone()[0]))
        assert exchange(runtime).link is LinkState.OFFLINE
        assert applied(world) == []
        assert runtime.queue_status().waiting == 1
        world.link.up()
        assert exchange(runtime).link is LinkState.ONLINE
        page = navigator.current()
        assert isinstance(page, pages.ReceiptPage)
        assert page.stage is pages.RequestStage.DECIDED
        assert applied(world) == [receipt.receipt_number]
        assert runtime.queue_status().waiting == 0
        exchange(runtime)
        assert applied(world) == [receipt.receipt_number]


def test_certification_comes_back_with_the_roster(world: DemoWorld) -> None:
    with world.runtime() as runtime:
        certify(world, runtime, Navigator(runtime.visit_ports()))
        exchange(runtime)
        with runtime.encrypted.reading() as database:
            until = database.execute(
                "SELECT certified_until FROM resident WHERE resident_id = 'r-0001'"
            ).fetchone()[0]
        assert until > "2026-12-31"


def test_answer_lost_on_the_way_leads_to_one_application(world: DemoWorld) -> None:
    with world.runtime() as runtime:
        receipt = certify(world, runtime, Navigator(runtime.visit_ports()))
        world.link.lose_next_answer(b"/batches")
        assert exchange(runtime).link is LinkState.OFFLINE
        assert applied(world) == [receipt.receipt_number]
        assert runtime.queue_status().waiting == 1
        assert exchange(runtime).link is LinkState.ONLINE
        assert applied(world) == [receipt.receipt_number]
        with runtime.encrypted.reading() as database:
            details = database.execute(
                "SELECT details FROM audit WHERE kind = 'request.delivered'"
            ).fetchone()[0]
        assert '"answer":"duplicate"' in details


def test_network_that_goes_after_the_delivery_changes_nothing(world: DemoWorld) -> None:
    with world.runtime() as runtime:
        navigator = Navigator(runtime.visit_ports())
        receipt = certify(world, runtime, navigator)
        exchange(runtime)
        world.link.down()
        exchange(runtime)
        page = navigator.current()
        assert isinstance(page, pages.ReceiptPage)
        assert page.stage is pages.RequestStage.DECIDED
        world.link.up()
        exchange(runtime)
        assert applied(world) == [receipt.receipt_number]


def test_two_residents_are_delivered_each_once_in_one_exchange(world: DemoWorld) -> None:
    with world.runtime() as runtime:
        navigator = Navigator(runtime.visit_ports())
        first = certify(world, runtime, navigator).receipt_number
        finish(navigator)
        second = certify_by_pin(world, runtime, navigator, world.residents[1]).receipt_number
        exchange(runtime)
        assert sorted(applied(world)) == sorted([first, second])


def test_centre_killed_between_commit_and_answer_holds_one_application(tmp_path: Path) -> None:
    from kiosk.demo.world import make_world

    with make_world(tmp_path, "none") as world, world.runtime() as runtime:
        receipt = certify(world, runtime, Navigator(runtime.visit_ports()))
        # A second centre process on the same state: it dies after its first commit.
        fault = {"XIANGLIN_CENTRAL_FAULT": "kill-after-commit:1"}
        state = tmp_path / "second"
        (tmp_path / "centre").rename(state)
        doomed = start_centre(state, fault)
        try:
            host, port = wait_for_centre(state, doomed)
            assert exchange(aimed_at(runtime, host, port)).link is LinkState.OFFLINE
            assert doomed.wait(10) == -signal.SIGKILL
        finally:
            stop_centre(doomed)
        with running_centre(state) as (host, port):
            assert exchange(aimed_at(runtime, host, port)).link is LinkState.ONLINE
        state.rename(tmp_path / "centre")
        assert applied(world) == [receipt.receipt_number]
        assert runtime.queue_status().waiting == 0


def aimed_at(runtime, host, port):  # type: ignore[no-untyped-def]
    """The same kiosk, told another address."""
    sync = replace(runtime.config.sync, centre_url=f"http://{host}:{port}")
    assert isinstance(sync, SyncConfig)
    return replace(runtime, config=replace(runtime.config, sync=sync))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("instant", "left_behind"), [("before-commit", 0), ("after-commit", 1)])
def test_kiosk_killed_around_its_commit_ends_with_one_application(
    world: DemoWorld, instant: str, left_behind: int
) -> None:
    killed = run_doomed_kiosk(world, instant)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with open_runtime(world.config) as runtime:
        with runtime.encrypted.reading() as database:
            accepted = database.execute("SELECT count(*) FROM service_request").fetchone()[0]
            queued = database.execute("SELECT count(*) FROM outbox").fetchone()[0]
        assert (accepted, queued) == (left_behind, left_behind)
        assert runtime.encrypted.check_integrity() == []
        if not left_behind:
            # Nothing was promised, so the resident does it again.
            certify_by_pin(world, runtime, Navigator(runtime.visit_ports()), world.residents[1])
        exchange(runtime)
        assert len(applied(world)) == 1
        exchange(runtime)
        assert len(applied(world)) == 1


def write_settings(world: DemoWorld) -> Path:
    """The world's settings as a file."""
    config = world.config
    settings = world.folder / "kiosk.toml"
    sections = {
        "device": {
            "id": config.device.id,
            "receipt_prefix": config.device.receipt_prefix,
            "region_code": config.device.region_code,
        },
        "hardware": {"camera": "none", "card_reader": config.hardware.card_reader, "audio": "none"},
        "sync": {
            "centre_url": config.sync.centre_url,
            "centre_public_key": config.sync.centre_public_key,
        },
        "storage": {"state_dir": config.storage.state_dir, "key_provider": "file"},
    }
    lines = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = '{value}'" for key, value in values.items())]
    settings.write_text("\n".join(lines), "utf-8")
    return settings


def run_doomed_kiosk(world: DemoWorld, instant: str) -> "subprocess.CompletedProcess[str]":
    settings = write_settings(world)
    return subprocess.run(
        [sys.executable, "-m", "tests.e2e.doomed_kiosk", str(settings), instant],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
