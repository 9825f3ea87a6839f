"""Practice: any service to its end with invented people, and nothing of it remains."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.errors import FlowError
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Begin,
    BeginPractice,
    CardPresented,
    Choose,
    ChooseService,
    Confirm,
    Finish,
    GoBack,
    PinTyped,
)
from kiosk.flows.navigator import Navigator
from kiosk.practice import LASTS, PIN, practice_ports
from tests.builders import World, card, make_world
from tests.flows.walker import Walker

CATALOGUE = load_catalogue()
ENDS = (pages.ReceiptPage, pages.AnswerPage)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, catalogue=CATALOGUE) as world:
        yield world


@pytest.fixture
def navigator(kiosk: World, tmp_path: Path) -> Iterator[Navigator]:
    made = Navigator(
        kiosk.ports, lambda: practice_ports(kiosk.ports, tmp_path / "practice", kiosk.clock)
    )
    yield made
    made.close()


def sign_in(navigator: Navigator) -> pages.PageModel:
    page = navigator.act(Choose("lay_practice_card"))
    assert isinstance(page, pages.ConfirmPersonPage)
    page = navigator.act(Confirm())
    return navigator.act(PinTyped(PIN)) if isinstance(page, pages.PinPage) else page


@pytest.mark.parametrize("service", CATALOGUE.services(), ids=lambda service: service.id)
def test_every_service_is_practised_to_its_end(navigator: Navigator, service: object) -> None:
    walker = Walker(Random(7))
    navigator.start()
    navigator.act(BeginPractice())
    page = navigator.act(ChooseService(service.id))  # type: ignore[attr-defined]
    if service.assurance:  # type: ignore[attr-defined]
        page = sign_in(navigator)
    for _ in range(60):
        assert page.is_practice
        if isinstance(page, ENDS):
            break
        page = navigator.act(walker.answer(page))
    assert isinstance(page, ENDS)
    shown = navigator.act(GoBack())
    while not isinstance(shown, pages.ServicesPage):
        shown = navigator.act(GoBack())
    assert shown.note == "已练1项，共23项"


def test_nothing_of_practice_is_left_and_nothing_can_be_sent(
    kiosk: World, navigator: Navigator, tmp_path: Path
) -> None:
    navigator.start()
    navigator.act(BeginPractice())
    navigator.act(ChooseService("card.loss_report"))
    page = sign_in(navigator)
    walker = Walker(Random(1))
    while not isinstance(page, ENDS):
        page = navigator.act(walker.answer(page))
    assert isinstance(page, pages.ReceiptPage)
    assert page.receipt_number.startswith("ZZZ-")
    assert (tmp_path / "practice").exists()
    assert not navigator.act(Finish()).is_practice
    assert not (tmp_path / "practice").exists()
    assert kiosk.rows("service_request") == []
    assert kiosk.rows("outbox") == []


def test_real_card_has_no_business_in_practice(navigator: Navigator) -> None:
    navigator.start()
    navigator.act(BeginPractice())
    navigator.act(ChooseService("card.loss_report"))
    with pytest.raises(FlowError):
        navigator.act(CardPresented(card()))


def test_wrong_pin_is_corrected_kindly_and_costs_nothing(navigator: Navigator) -> None:
    navigator.start()
    navigator.act(BeginPractice())
    navigator.act(ChooseService("pension.life_certification"))
    navigator.act(Choose("lay_practice_card"))
    page = navigator.act(Confirm())
    assert page.prompt.id == "practice.pin"
    for _ in range(5):
        page = navigator.act(PinTyped("000000"))
        assert page.prompt.id == "practice.pin.wrong"
    assert isinstance(navigator.act(PinTyped(PIN)), pages.PageModel)


def test_wrong_answer_says_what_could_be_entered(navigator: Navigator, kiosk: World) -> None:
    navigator.start()
    navigator.act(BeginPractice())
    navigator.act(ChooseService("pension.estimate"))
    page = navigator.act(Answered("resident"))
    assert isinstance(page, pages.DatePage)
    page = navigator.act(Answered("2023-02-29"))
    assert page.prompt.id == "practice.wrong"
    assert "1975年5月6日" in kiosk.ports.words(page.prompt).sentence


def test_practice_ends_by_itself_when_its_time_is_up(kiosk: World, navigator: Navigator) -> None:
    navigator.start()
    navigator.act(BeginPractice())
    kiosk.clock.forward(LASTS.total_seconds() + 1)
    page = navigator.act(ChooseService("pension.estimate"))
    assert page.prompt.id == "practice.over"
    assert isinstance(navigator.act(Finish()), pages.WelcomePage)


def test_practice_is_not_offered_within_a_visit(navigator: Navigator) -> None:
    navigator.start()
    navigator.act(Begin())
    with pytest.raises(FlowError):
        navigator.act(BeginPractice())
