"""Whole visits over the real parts: database, face engine on a picture, centre in its own process."""

import threading

from kiosk.demo.world import PIN, DemoWorld, SampleResident
from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    Answered,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    Confirm,
    Decline,
    FaceAccepted,
    Finish,
    PinTyped,
)
from kiosk.flows.navigator import Navigator
from kiosk.runtime import Runtime
from sync.engine import SyncReport

SERVICE = ChooseService("pension.life_certification")
FOR_MYSELF = Answered("self")


def act(navigator: Navigator, action: Action, expected: type[pages.PageModel]) -> pages.PageModel:
    page = navigator.act(action)
    assert type(page) is expected, f"{type(action).__name__} led to {page.page_id} {page.prompt.id}"
    return page


def certify(world: DemoWorld, runtime: Runtime, navigator: Navigator) -> pages.ReceiptPage:
    """Card and face: the enrolled resident; ends on the receipt page."""
    reader = world.card_reader(runtime)
    reader.insert(world.enrolled.card_number)
    card = reader.read()
    assert card is not None
    navigator.start()
    act(navigator, Begin(), pages.ServicesPage)
    act(navigator, SERVICE, pages.IdentifyPage)
    act(navigator, CardPresented(card), pages.ConfirmPersonPage)
    if isinstance(navigator.act(Confirm()), pages.ConsentPage):
        act(navigator, Confirm(), pages.FaceCheckPage)
    check = navigator.face_check()
    assert check is not None
    result = check.run(lambda _view: None, threading.Event())
    assert result.kind == "accepted"
    accepted = FaceAccepted(result.score, result.engine_id, result.threshold)
    act(navigator, accepted, pages.ChoicePage)
    act(navigator, FOR_MYSELF, pages.FormReviewPage)
    page = act(navigator, Confirm(), pages.ReceiptPage)
    assert isinstance(page, pages.ReceiptPage)
    return page


def certify_by_pin(
    world: DemoWorld, runtime: Runtime, navigator: Navigator, person: SampleResident
) -> pages.ReceiptPage:
    """Card and PIN: a resident without a template."""
    reader = world.card_reader(runtime)
    reader.insert(person.card_number)
    card = reader.read()
    assert card is not None
    navigator.start()
    act(navigator, Begin(), pages.ServicesPage)
    act(navigator, SERVICE, pages.IdentifyPage)
    act(navigator, CardPresented(card), pages.ConfirmPersonPage)
    page = navigator.act(Confirm())
    if isinstance(page, pages.ConsentPage):
        page = navigator.act(Decline())
    assert isinstance(page, pages.PinPage)
    page = navigator.act(PinTyped(PIN))
    if page.prompt.id == "draft.offer":
        # A visit that was cut off had got as far as the review: nothing is asked again.
        act(navigator, Choose("continue_draft"), pages.FormReviewPage)
    else:
        assert isinstance(page, pages.ChoicePage)
        act(navigator, FOR_MYSELF, pages.FormReviewPage)
    receipt = act(navigator, Confirm(), pages.ReceiptPage)
    assert isinstance(receipt, pages.ReceiptPage)
    return receipt


def exchange(runtime: Runtime) -> SyncReport:
    """One exchange with the centre."""
    engine = runtime.sync_engine()
    assert engine is not None
    return engine.run_once()


def finish(navigator: Navigator) -> None:
    act(navigator, Finish(), pages.WelcomePage)


def applied(world: DemoWorld) -> list[str]:
    """The receipt numbers of the applications that the centre holds."""
    return [str(row["receipt_number"]) for row in world.centre_applications()]
