"""Every page that the shipped services can ask for, looked at on both screens: samples may miss a long word."""

from dataclasses import replace
from random import Random

import pytest

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_prompts import with_services
from kiosk.domain.resident_record import NO_RECORD
from kiosk.flows import pages
from kiosk.ui.pages import PAGES
from tests.builders import make_world
from tests.flows.test_random_walks import CATALOGUE, ENDS, SERVICES, NoRequests, begun
from tests.flows.walker import Walker
from tests.people import KNOWN_PEOPLE
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT

WALKS = 12
MOST_STEPS = 60
PARTS = 3
"""Of all pages, so that two cores share them."""
RECORDS = (*(person.record for person in KNOWN_PEOPLE), NO_RECORD)


@pytest.fixture(scope="module")
def texts():
    """The words of the product with those of its services."""
    return with_services(PromptCatalogue.load("zh-CN"), CATALOGUE)


@pytest.fixture(scope="module")
def shipped_pages(tmp_path_factory):
    """The longest page of each kind that some walks through every service come by."""
    found = {}
    with make_world(tmp_path_factory.mktemp("forms"), catalogue=CATALOGUE) as world:
        ports = replace(world.ports, list_requests=NoRequests())
        for service in SERVICES:
            for number in range(WALKS):
                random = Random(f"{service.id} {number}")
                for page in walk(ports, service, random):
                    key = (service.id, page.page_id, page.prompt.id, shape(page))
                    if key not in found or length(page) > length(found[key]):
                        found[key] = page
    return found


def walk(ports, service, random):
    """One visit to a service: mostly right answers, some wrong ones."""
    walker = Walker(random)
    navigator, _, page = begun(ports, service, random.choice(RECORDS), is_proved=True)
    for _ in range(MOST_STEPS):
        yield page
        is_over = isinstance(page, (*ENDS, pages.ServicesPage, pages.WelcomePage))
        if is_over or (isinstance(page, pages.NoticePage) and not page.choices):
            return
        act = walker.whim if random.random() < 0.3 else walker.answer
        page = navigator.act(act(page))


def shape(page):
    """What makes another page of the same prompt."""
    return getattr(page, "page_number", 1), getattr(page, "is_rejected", False)


def length(page):
    """How many characters a page shows besides its prompt."""
    lines = getattr(page, "lines", ())
    words = [getattr(line, "value", "") + getattr(line, "note", "") for line in lines]
    words += [option.title for option in getattr(page, "options", ())]
    words += [getattr(page, "value", ""), getattr(page, "old_value", "")]
    return sum(len(word) for word in words)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("screen", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_every_page_of_the_shipped_services_passes_the_audit(
    make_window, shipped_pages, screen, part
):
    window = make_window(screen)
    known = dict(PAGES)
    faults = {}
    for number, (key, page) in enumerate(shipped_pages.items()):
        if type(page) not in known or number * PARTS // len(shipped_pages) != part:
            continue
        window.show_model(page)
        if found := audit(window):
            faults[key] = found
    assert faults == {}


def test_walks_come_by_every_kind_of_page(shipped_pages):
    kinds = {type(page) for page in shipped_pages.values()}
    assert {
        pages.ChoicePage,
        pages.DigitsPage,
        pages.TextPage,
        pages.DatePage,
        pages.FilesPage,
        pages.GroupPage,
        pages.FormReviewPage,
        pages.AnswerPage,
    } <= kinds
