"""A visit on a disk that runs full: no promise, no trace, and on to the receipt as soon as there is room."""

from dataclasses import replace
from pathlib import Path

from kiosk.flows.actions import (
    Answered,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    Confirm,
    FaceAccepted,
)
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import (
    ChoicePage,
    ConfirmPersonPage,
    ConsentPage,
    FaceCheckPage,
    FormReviewPage,
    IdentifyPage,
    NoticePage,
    PageModel,
    ReceiptPage,
    ServicesPage,
)
from kiosk.services.submit_request import SubmitRequest
from kiosk.storage.database import free_bytes
from kiosk.storage.store import SqliteStore
from tests.builders import World, card, make_world
from tests.faults.full_disk import fill
from tests.flows.walk import walk
from tests.storage.states import receipts, submit

TO_REVIEW = (
    (Begin(), ServicesPage),
    (ChooseService("pension.life_certification"), IdentifyPage),
    (CardPresented(card()), ConfirmPersonPage),
    (Confirm(), ConsentPage),
    (Confirm(), FaceCheckPage),
    (FaceAccepted(0.31, "dlib-resnet-v1", 0.40), ChoicePage),
    (Answered("self"), FormReviewPage),
)
TABLES = ("service_request", "outbox", "audit", "receipt_block", "consent")


def everything(world: World) -> dict[str, list[dict[str, object]]]:
    return {table: world.rows(table) for table in TABLES}


def confirm_in_vain(world: World, navigator: Navigator) -> None:
    """Each confirmation leads to the notice and leaves no trace; ends on the notice."""
    before = everything(world)
    for _ in range(3):
        assert_not_saved(navigator.act(Confirm()))
        assert everything(world) == before
        assert isinstance(navigator.act(Choose("retry")), FormReviewPage)
    assert_not_saved(navigator.act(Confirm()))


def assert_not_saved(page: PageModel) -> None:
    assert isinstance(page, NoticePage)
    assert page.prompt.id == "notice.not_saved"
    assert [choice.choice_id for choice in page.choices] == ["retry"]


def confirm_again(navigator: Navigator) -> str:
    assert isinstance(navigator.act(Choose("retry")), FormReviewPage)
    page = navigator.act(Confirm())
    assert isinstance(page, ReceiptPage)
    return page.receipt_number


def test_visit_goes_on_to_the_receipt_when_the_full_disk_gets_room(disk: Path) -> None:
    with make_world(disk) as world:
        navigator = world.navigator()
        walk(navigator, *TO_REVIEW)
        promised = []
        with world.store.encrypted.reading() as raw:
            # Room that the WAL already holds would still take the request.
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        ballast = fill(disk)
        confirm_in_vain(world, navigator)
        ballast.unlink()
        promised.append(confirm_again(navigator))
        promised.append(submit(world))
    assert receipts(disk / "state") == sorted(promised)


def test_visit_goes_on_to_the_receipt_when_the_reserve_is_free_again(disk: Path) -> None:
    with make_world(disk) as world:
        reserve = free_bytes(disk) - 64 * 1024
        strict = SqliteStore(world.store.encrypted, world.store.outbox, world.clock, reserve)
        submit_request: SubmitRequest = world.ports.submit_request
        ports = replace(world.ports, submit_request=replace(submit_request, store=strict))
        navigator = Navigator(ports)
        walk(navigator, *TO_REVIEW)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(128 * 1024))  # there is room, but less than the reserve
        confirm_in_vain(world, navigator)
        ballast.unlink()
        promised = [confirm_again(navigator)]
    assert receipts(disk / "state") == promised
