from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.demo.world import DemoWorld
from kiosk.domain.attachment import Attachment
from kiosk.flows.navigator import Navigator
from kiosk.runtime import open_runtime
from tests.e2e.test_visit import write_settings
from tests.e2e.visits import applied, certify_by_pin, exchange

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(world: DemoWorld) -> Path:
    return write_settings(world)


def test_waiting_request_is_sent_by_hand(
    world: DemoWorld, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--config", str(settings)]) == 0  # takes the roster
    with open_runtime(world.config) as runtime:
        receipt = certify_by_pin(
            world, runtime, Navigator(runtime.visit_ports()), world.residents[1]
        )
    world.link.down()
    assert main(["sync", "--config", str(settings)]) == 1
    assert "SYN-101" in capsys.readouterr().out
    world.link.up()
    assert main(["sync", "--config", str(settings)]) == 0
    assert applied(world) == [receipt.receipt_number]


def test_refused_event_is_listed_with_its_reason_and_sent_again_when_the_cause_is_mended(
    world: DemoWorld, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_runtime(world.config) as runtime:
        exchange(runtime)
        receipt = certify_by_pin(
            world, runtime, Navigator(runtime.visit_ports()), world.residents[1]
        )
        with runtime.store.transaction() as transaction:
            (request,) = transaction.requests.newest_of("r-0002", 1)
            runtime.outbox.park(
                transaction.database,
                request.request_id,
                "unknown-kind",
                "no handler",
                runtime.clock.now(),
            )
    assert main(["sync", "--parked", "--config", str(settings)]) == 0
    said = capsys.readouterr().out
    assert "unknown-kind" in said.replace("\n", "")
    assert world.residents[1].name not in said
    assert main(["sync", "--retry", "nonsense", "--config", str(settings)]) == 1
    assert main(["sync", "--retry", request.request_id, "--config", str(settings)]) == 0
    assert applied(world) == [receipt.receipt_number]
    assert main(["sync", "--parked", "--config", str(settings)]) == 0
    assert "没有被退回的件" in capsys.readouterr().out


def test_photo_that_cannot_be_sent_is_listed_and_queued_again(
    world: DemoWorld, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_runtime(world.config) as runtime:
        exchange(runtime)
        certify_by_pin(world, runtime, Navigator(runtime.visit_ports()), world.residents[1])
        with runtime.store.transaction() as transaction:
            (request,) = transaction.requests.newest_of("r-0002", 1)
            picture = Attachment("invoices", "image/jpeg", b"a photo")
            transaction.attachments.add(request.request_id, picture, runtime.clock.now())
            transaction.database.execute(
                "UPDATE blob SET state = 'parked', attempts = 5, last_error_code = 'blob-damaged'"
            )
    assert main(["sync", "--parked", "--config", str(settings)]) == 0
    said = capsys.readouterr().out.replace("\n", "")
    assert "传不上去的照片" in said
    assert request.receipt_number in said
    assert picture.sha256[:8] not in said
    assert main(["sync", "--retry", request.request_id, "--config", str(settings)]) == 0
    with open_runtime(world.config) as runtime:
        assert runtime.queue_status().files_parked == 0
        assert runtime.queue_status().files_waiting == 1
