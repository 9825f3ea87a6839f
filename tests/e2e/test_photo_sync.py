"""A reimbursement with photos, filled in page by page: accepted without a network, sent later, opened at the centre."""

import io
import random
import stat
from pathlib import Path

import pytest
from PIL import Image

from kiosk.__main__ import main
from kiosk.demo.world import PIN, DemoWorld
from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    Begin,
    CardPresented,
    ChooseService,
    Confirm,
    Decline,
    PhotoTaken,
    PinTyped,
)
from kiosk.flows.navigator import Navigator
from kiosk.runtime import Runtime, open_runtime
from tests.e2e.test_visit import write_settings
from tests.e2e.visits import act, exchange
from tests.flows.walker import Walker

pytestmark = pytest.mark.slow

SERVICE = "medical.reimbursement"


class Photographer(Walker):
    """Takes real pictures, every one another."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.taken: list[bytes] = []

    def answer(self, page: pages.PageModel) -> Action:
        action = super().answer(page)
        if isinstance(action, PhotoTaken):
            self.taken.append(self._jpeg())
            return PhotoTaken(self.taken[-1])
        return action

    def _jpeg(self) -> bytes:
        side, written = 240, io.BytesIO()
        dots = self.random.randbytes(side * side * 3)
        Image.frombytes("RGB", (side, side), dots).save(written, "JPEG", quality=80)
        return written.getvalue()


def apply(world: DemoWorld, runtime: Runtime, visitor: Photographer) -> pages.ReceiptPage:
    reader = world.card_reader(runtime)
    reader.insert(world.residents[1].card_number)
    card = reader.read()
    assert card is not None
    navigator = Navigator(runtime.visit_ports())
    navigator.start()
    act(navigator, Begin(), pages.ServicesPage)
    act(navigator, ChooseService(SERVICE), pages.IdentifyPage)
    act(navigator, CardPresented(card), pages.ConfirmPersonPage)
    page = navigator.act(Confirm())
    if isinstance(page, pages.ConsentPage):
        page = navigator.act(Decline())
    assert isinstance(page, pages.PinPage)
    page = navigator.act(PinTyped(PIN))
    for _ in range(60):
        if isinstance(page, pages.ReceiptPage):
            return page
        page = navigator.act(visitor.answer(page))
    raise AssertionError(f"no receipt: {page.page_id} {page.prompt.id}")


def test_photos_of_a_visit_without_a_network_reach_the_centre_byte_for_byte(
    world: DemoWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = write_settings(world)
    visitor = Photographer(random.Random(4))
    with open_runtime(world.config) as runtime:
        exchange(runtime)  # roster and the centre's keys
        world.link.down()
        receipt = apply(world, runtime, visitor)
        assert len(visitor.taken) >= 2
        assert runtime.queue_status().files_waiting == len(visitor.taken)
        assert exchange(runtime).link.value == "offline"
    world.link.up()
    assert main(["sync", "--config", str(settings)]) == 0
    with open_runtime(world.config) as runtime:
        assert runtime.queue_status().files_waiting == 0
    (row,) = world.centre_applications()
    assert (row["receipt_number"], row["attachments_missing"]) == (receipt.receipt_number, 0)
    place = ["--state-dir", str(world.folder / "centre"), "--key-provider", "file"]
    words = ["central", "attachments", str(row["event_id"]), "--out", str(tmp_path / "out")]
    assert main([*words, *place]) == 0
    written = sorted((tmp_path / "out").iterdir())
    assert [path.read_bytes() for path in written] == visitor.taken
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    capsys.readouterr()
    # Decided: nobody needs the photos at the kiosk any more, and the centre has them.
    assert main(["central", "decide", str(row["event_id"]), *place]) == 0
    with open_runtime(world.config) as runtime:
        assert exchange(runtime).decisions == 1
        with runtime.encrypted.reading() as database:
            assert database["blob_chunk"].count == database["blob"].count == 0
