"""At most seven pages from the tile of a service to its receipt, for a person whom the roster knows.

Counted is every page that is shown after the tile was touched, the receipt or the answer included. The person lays
their card on the reader, agreed to the face check before, and does not turn back.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.resident import Resident
from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    Answered,
    Begin,
    CardPresented,
    ChooseService,
    Confirm,
    FaceAccepted,
    TurnPage,
)
from tests.builders import NOW, REGION, World, card, citizen_number, make_world
from tests.flows.walker import Walker
from tests.people import NEWCOMER, PENSIONER, TURNING_SIXTY, WORKER, Person

MOST_PAGES = 7
MATCH = FaceAccepted(0.31, "dlib-resnet-v1", 0.38)
CATALOGUE = load_catalogue()
ENDS = (pages.ReceiptPage, pages.AnswerPage)

WHO: dict[str, Person] = {
    "pension.enrolment": NEWCOMER,
    "medical.enrolment": NEWCOMER,
    "pension.contribution": WORKER,
    "pension.transfer": WORKER,
    "unemployment.claim": WORKER,
    "employment.registration": WORKER,
    "pension.claim": TURNING_SIXTY,
    "card.loss_report": TURNING_SIXTY,
}
"""For whom a service is; everything else is for the pensioner."""


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, catalogue=CATALOGUE) as world:
        yield world


def settle(world: World, person: Person) -> str:
    number = citizen_number(f"{person.birth_date:%Y%m%d}", "064")
    listed = Resident(
        "r-0001", CitizenId(number), "赵桂兰", REGION, date(2026, 12, 31), NOW, person.record
    )
    world.add_resident(listed)
    world.ports.record_consent.record(listed, is_granted=True)
    return number


def onward(page: pages.PageModel, number: str, walker: Walker) -> Action:
    """The plainest way on: the first choice, papers later."""
    if isinstance(page, pages.IdentifyPage):
        return CardPresented(card(number))
    if isinstance(page, pages.ConfirmPersonPage):
        return Confirm()
    if isinstance(page, pages.FaceCheckPage):
        return MATCH
    if isinstance(page, pages.ChoicePage):
        return Answered(page.chosen or page.options[0].value)
    if isinstance(page, pages.FilesPage):
        return Answered("later")
    return walker.answer(page)


@pytest.mark.parametrize("service", CATALOGUE.services(), ids=lambda one: one.id)
def test_seven_pages_at_most_from_tile_to_receipt(kiosk: World, service: ServiceDefinition) -> None:
    number = settle(kiosk, WHO.get(service.id, PENSIONER))
    navigator, walker = kiosk.navigator(), Walker(Random(3))
    navigator.start()
    navigator.act(Begin())
    page = navigator.act(ChooseService(service.id))
    shown = [page.page_id]
    while not isinstance(page, ENDS):
        action = onward(page, number, walker)
        page = navigator.act(action)
        # A long review is one thing to read, on as many sheets as large type needs.
        if not isinstance(action, TurnPage):
            shown.append(page.page_id)
        assert len(shown) < 20, shown
    assert len(shown) <= MOST_PAGES, shown
