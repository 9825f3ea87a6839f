"""What was filled in waits for the same card or slip, survives a crash and an update, and goes with the receipt."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.domain.catalogue import Catalogue, parse_definition
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    AskHelp,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    FaceAccepted,
    Finish,
    SaveForLater,
    TimedOut,
    TurnPage,
    UseCitizenNumber,
)
from kiosk.flows.home import RESUME_TILE
from kiosk.flows.navigator import Navigator
from kiosk.services.drafts import KEPT_FOR
from kiosk.services.ports import Card
from tests.builders import ZHAO, World, card, make_world, resident
from tests.people import PENSIONER

SERVICE = "medical.reimbursement"
MATCH = FaceAccepted(0.31, "dlib-resnet-v1", 0.38)
SHIPPED = load_catalogue()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, catalogue=SHIPPED) as world:
        person = resident(record=PENSIONER.record)
        world.add_resident(person)
        world.ports.record_consent.record(person, is_granted=True)
        yield world


def act(navigator: Navigator, *actions: object) -> pages.PageModel:
    page = navigator.current()
    for action in actions:
        page = navigator.act(action)  # type: ignore[arg-type]
    return page


def by_card(navigator: Navigator, service: str, laid: Card | None = None) -> pages.PageModel:
    navigator.start()
    page = act(navigator, Begin(), ChooseService(service), CardPresented(laid or card()), Confirm())
    return navigator.act(MATCH) if isinstance(page, pages.FaceCheckPage) else page


def begin(navigator: Navigator) -> None:
    by_card(navigator, SERVICE)
    page = navigator.act(Answered("t-1"))
    assert isinstance(page, pages.FilesPage)


def test_draft_of_a_killed_kiosk_is_offered_to_the_same_card(kiosk: World) -> None:
    begin(kiosk.navigator())  # and the process is gone: nothing was told to end
    navigator = kiosk.navigator()
    page = by_card(navigator, "card.electronic")
    assert page.prompt.id == "draft.offer"
    page = navigator.act(Choose("continue_draft"))
    assert isinstance(page, pages.FilesPage)
    page = navigator.act(Answered("later"))
    assert isinstance(page, pages.FormReviewPage)
    assert "t-1" not in repr(page)


def test_time_out_keeps_the_draft(kiosk: World) -> None:
    navigator = kiosk.navigator()
    begin(navigator)
    navigator.act(TimedOut())
    assert by_card(navigator, SERVICE).prompt.id == "draft.offer"


@pytest.mark.parametrize(
    "other",
    [Card(ZHAO, "赵桂兰", "6217000000000000002")],
    ids=["another card of the same person"],
)
def test_draft_is_not_offered_to_another_card(kiosk: World, other: Card) -> None:
    begin(kiosk.navigator())
    assert by_card(kiosk.navigator(), SERVICE, other).prompt.id != "draft.offer"


def test_draft_is_not_offered_to_a_typed_number(kiosk: World) -> None:
    begin(kiosk.navigator())
    navigator = kiosk.navigator()
    navigator.start()
    page = act(
        navigator,
        Begin(),
        ChooseService("card.loss_report"),
        UseCitizenNumber(),
        CitizenNumberTyped(ZHAO),
        Confirm(),
    )
    assert page.prompt.id != "draft.offer"


def test_draft_goes_with_the_receipt(kiosk: World) -> None:
    navigator = kiosk.navigator()
    begin(navigator)
    page = navigator.act(Answered("later"))
    while isinstance(page, pages.FormReviewPage):
        page = navigator.act(TurnPage() if page.page_number < page.page_count else Confirm())
    assert isinstance(page, pages.ReceiptPage)
    assert kiosk.rows("draft") == []
    navigator.act(Finish())
    assert by_card(navigator, "card.electronic").prompt.id != "draft.offer"


def test_dropped_draft_is_gone_and_the_visit_goes_on(kiosk: World) -> None:
    begin(kiosk.navigator())
    navigator = kiosk.navigator()
    by_card(navigator, "card.electronic")
    page = navigator.act(Choose("drop_draft"))
    assert not isinstance(page, pages.NoticePage)
    assert kiosk.rows("draft") == []


def test_draft_is_dropped_after_its_time(kiosk: World) -> None:
    begin(kiosk.navigator())
    kiosk.clock.forward((KEPT_FOR + timedelta(seconds=1)).total_seconds())
    assert by_card(kiosk.navigator(), SERVICE).prompt.id != "draft.offer"
    assert kiosk.ports.drafts is not None
    assert kiosk.ports.drafts.purge() == 1
    assert kiosk.rows("draft") == []


def test_draft_is_sealed_in_the_database(kiosk: World) -> None:
    begin(kiosk.navigator())
    (row,) = kiosk.rows("draft")
    stored = b"".join(
        value if isinstance(value, bytes) else str(value).encode() for value in row.values()
    )
    assert b"t-1" not in stored
    assert ZHAO.encode() not in stored


def saved_with_code(kiosk: World) -> str:
    """Somebody without a card begins a loss report and keeps it for later."""
    navigator = kiosk.navigator()
    navigator.start()
    page = act(
        navigator,
        Begin(),
        ChooseService("pension.contribution"),
        UseCitizenNumber(),
        CitizenNumberTyped(ZHAO),
        Confirm(),
    )
    assert isinstance(page, pages.ChoicePage)
    page = act(navigator, Answered(page.options[0].value), AskHelp())
    assert isinstance(page, pages.HelpPage)
    assert page.can_save
    page = navigator.act(SaveForLater())
    assert page.prompt.id == "draft.saved_with_code"
    return "".join(page.prompt.values["code"].split())


def come_back(kiosk: World, code: str) -> pages.PageModel:
    navigator = kiosk.navigator()
    navigator.start()
    return act(
        navigator,
        Begin(),
        ChooseService(RESUME_TILE),
        Answered(code),
        UseCitizenNumber(),
        CitizenNumberTyped(ZHAO),
        Confirm(),
    )


def test_code_of_the_slip_brings_the_draft_back(kiosk: World) -> None:
    code = saved_with_code(kiosk)
    assert len(code) == 8
    assert come_back(kiosk, code).prompt.id == "draft.offer"


def test_wrong_code_finds_nothing_and_says_so(kiosk: World) -> None:
    code = saved_with_code(kiosk)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    assert come_back(kiosk, wrong).prompt.id == "draft.none"


def test_short_code_is_asked_for_again(kiosk: World) -> None:
    navigator = kiosk.navigator()
    navigator.start()
    page = act(navigator, Begin(), ChooseService(RESUME_TILE), Answered("123"))
    assert page.prompt.id == "draft.code.too_short"


def test_draft_finishes_on_the_definition_that_it_began_with(kiosk: World) -> None:
    begin(kiosk.navigator())
    old = SHIPPED.find(SERVICE)
    assert old is not None
    raw = json.loads(old.canonical)
    raw["version"] = old.version + 1
    raw["steps"] = [
        {"type": "yes_no", "id": "sure", "title": "真的要报销吗？", "label": "要报销"},
    ]
    raw.pop("example", None)
    newer = parse_definition(json.dumps(raw), "newer")
    rest = tuple(one for one in SHIPPED.services() if one.id != SERVICE)
    assert kiosk.ports.drafts is not None
    with kiosk.store.transaction() as transaction:
        kept = transaction.drafts.definitions()
    older = tuple(parse_definition(text, name) for name, text in kept)
    updated = Catalogue((*rest, newer), older=older)
    navigator = Navigator(replace(kiosk.ports, catalogue=updated))
    assert by_card(navigator, SERVICE).prompt.id == "draft.offer"
    page = navigator.act(Choose("continue_draft"))
    assert isinstance(page, pages.FilesPage)
    page = act(navigator, Answered("later"))
    while isinstance(page, pages.FormReviewPage):
        page = navigator.act(TurnPage() if page.page_number < page.page_count else Confirm())
    (request,) = kiosk.rows("service_request")
    assert (request["service_version"], request["service_digest"]) == (old.version, old.digest)
