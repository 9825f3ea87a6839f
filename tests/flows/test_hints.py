"""What else the resident seems entitled to: offered after the receipt, with its reason, declined with one touch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.domain.hints import propose
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Begin,
    CardPresented,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    Decline,
    FaceAccepted,
    TurnPage,
    UseCitizenNumber,
)
from kiosk.flows.navigator import Navigator
from kiosk.hints import HintFiles
from tests.builders import ZHAO, World, card, make_world, resident
from tests.people import PENSIONER

MATCH = FaceAccepted(0.31, "dlib-resnet-v1", 0.38)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, catalogue=load_catalogue()) as world:
        person = resident(record=PENSIONER.record)
        world.add_resident(person)
        world.ports.record_consent.record(person, is_granted=True)
        yield world


@pytest.fixture
def navigator(kiosk: World) -> Navigator:
    rules = HintFiles().rules
    return Navigator(
        replace(
            kiosk.ports,
            hints=lambda scope, open_ids, offered: propose(rules, scope, open_ids, offered=offered),
        )
    )


def finish_form(navigator: Navigator, page: pages.PageModel) -> pages.ReceiptPage:
    while isinstance(page, pages.FormReviewPage):
        page = navigator.act(TurnPage() if page.page_number < page.page_count else Confirm())
    assert isinstance(page, pages.ReceiptPage)
    return page


def certify(navigator: Navigator, *sign_in: object) -> pages.ReceiptPage:
    page = navigator.start()
    for action in (Begin(), ChooseService("pension.life_certification"), *sign_in):
        page = navigator.act(action)  # type: ignore[arg-type]
    return finish_form(navigator, page)


BY_CARD = (CardPresented(card()), Confirm(), MATCH, Answered("self"))


def test_receipt_offers_at_most_three_with_a_reason_each(navigator: Navigator) -> None:
    assert certify(navigator, *BY_CARD).has_hints
    page = navigator.act(Choose("hints"))
    assert isinstance(page, pages.HintsPage)
    assert 1 <= len(page.hints) <= 3
    assert all(hint.title and hint.reason for hint in page.hints)
    # Expired in June, as the record says.
    assert "社保卡过期了" in [hint.title for hint in page.hints]
    # What was just asked for is not proposed again.
    assert "certification_due" not in [hint.hint_id for hint in page.hints]


def test_declining_is_one_touch(navigator: Navigator) -> None:
    certify(navigator, *BY_CARD)
    navigator.act(Choose("hints"))
    assert isinstance(navigator.act(Decline()), pages.WelcomePage)


def test_proposal_opens_its_service_without_asking_who_one_is_again(navigator: Navigator) -> None:
    certify(navigator, *BY_CARD)
    page = navigator.act(Choose("hints"))
    assert isinstance(page, pages.HintsPage)
    expired = next(hint for hint in page.hints if hint.title == "社保卡过期了")
    page = navigator.act(Choose(expired.hint_id))
    assert isinstance(page, pages.QuestionModel)
    assert page.prompt.id.startswith("form.card.application.")


def test_nothing_is_proposed_to_one_who_only_typed_a_number(navigator: Navigator) -> None:
    page = navigator.start()
    for action in (
        Begin(),
        ChooseService("card.loss_report"),
        UseCitizenNumber(),
        CitizenNumberTyped(ZHAO),
        Confirm(),
    ):
        page = navigator.act(action)
    while isinstance(page, pages.QuestionModel):
        value = page.value if isinstance(page, pages.DatePage) else ""
        if isinstance(page, pages.ChoicePage):
            value = page.chosen or page.options[0].value
        page = navigator.act(Answered(value))
    assert not finish_form(navigator, page).has_hints
