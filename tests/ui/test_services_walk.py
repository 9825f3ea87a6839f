"""Each of the 23 services from its tile to its end, by a finger on the real window.

Only the card reader speaks for itself: a card is reported as the reader would report it. Everything else is a click
on what is visible.
"""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_prompts import with_services
from kiosk.flows import pages
from kiosk.flows.actions import CardPresented
from kiosk.flows.navigator import Navigator
from kiosk.ui.visit_controller import VisitController
from tests.builders import card, make_world
from tests.flows.test_page_budget import CATALOGUE, WHO, settle
from tests.people import PENSIONER
from tests.ui import fakes
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT

ENDS = (pages.ReceiptPage, pages.AnswerPage)
MOST_PAGES = 40


class Finger:
    """Presses what a page offers."""

    def __init__(self, window, controller, clock, qtbot, number):
        self.window, self.controller, self.clock = window, controller, clock
        self.qtbot, self.number = qtbot, number

    @property
    def page(self):
        return self.window.shell.page

    def click(self, button: QWidget):
        assert button.isVisible(), f"{button.text()!r} is not to be seen"
        assert button.isEnabled(), f"{button.text()!r} cannot be pressed"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.clock.move(1)
        QApplication.processEvents()

    def touch_tile(self, title):
        for _ in range(4):
            for tile in self.page.tiles:
                if tile.text() == title:
                    self.click(tile)
                    return
            self.click(self.page.tiles[-1])
        raise AssertionError(f"no tile {title}")

    def type_keys(self, text):
        for sign in text:
            QTest.mouseClick(self.page.keypad.keys[sign], Qt.MouseButton.LeftButton)
            self.clock.move(1)

    def go_on(self, model):
        ways: dict[type, Callable[[], None]] = {
            pages.IdentifyPage: self.lay_card,
            pages.ConfirmPersonPage: lambda: self.click(self.page.yes),
            pages.FaceCheckPage: self.look,
            pages.ChoicePage: lambda: self.choose(model),
            pages.DigitsPage: lambda: self.enter(model),
            pages.TextPage: self.write,
            pages.DatePage: lambda: self.click(self.page.confirm),
            pages.FilesPage: lambda: self.click(self.page.later),
            pages.GroupPage: lambda: self.click(self.page.done),
            pages.PhotoPage: lambda: self.click(self.page.later),
            pages.SignaturePage: lambda: self.click(self.page.cannot),
            pages.NoticePage: lambda: self.click(self.page.choices[0]),
            pages.FormReviewPage: self.review,
        }
        ways[type(model)]()

    def lay_card(self):
        self.controller.act(CardPresented(card(self.number)))

    def look(self):
        self.qtbot.waitUntil(
            lambda: not isinstance(self.controller.page, pages.FaceCheckPage), timeout=5000
        )

    def choose(self, model):
        values = [option.value for option in model.options]
        self.click(self.page.options[values.index(model.chosen) if model.chosen in values else 0])

    def enter(self, model):
        if not model.value:
            self.type_keys("13800001234" if model.kind == "phone" else "20")
        self.click(self.page.confirm)

    def write(self):
        """A word of two syllables, letter by letter; the first that is offered."""
        for letter in "xiuying":
            QTest.mouseClick(self.page.keyboard.letters.keys[letter], Qt.MouseButton.LeftButton)
            self.clock.move(1)
        self.click(self.page.confirm)

    def review(self):
        self.click(self.page.submit if self.page.submit.isVisible() else self.page.next)


@pytest.fixture
def begin(make_window, clock, qtbot, tmp_path):
    """A visitor whom the roster knows, before the welcome page."""
    opened = []

    def make(service, screen):
        world = make_world(tmp_path, catalogue=CATALOGUE)
        kiosk = world.__enter__()
        number = settle(kiosk, WHO.get(service.id, PENSIONER))
        window = make_window(screen)
        window.use_texts(with_services(PromptCatalogue.load("zh-CN"), CATALOGUE))
        controller = VisitController(
            window,
            Navigator(kiosk.ports),
            fakes.FakeGuide(),
            fakes.HandLane(),
            clock,
            timers=fakes.HandTimers(clock),
        )
        opened.append((controller, world))
        controller.start()
        return Finger(window, controller, clock, qtbot, number), kiosk

    yield make
    for controller, world in opened:
        controller.close()
        world.__exit__(None, None, None)


@pytest.mark.slow
@pytest.mark.parametrize("screen", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("service", CATALOGUE.services(), ids=lambda one: one.id)
def test_service_is_done_by_finger_and_every_page_passes_the_audit(begin, service, screen):
    finger, kiosk = begin(service, screen)
    clock = finger.clock
    clock.move(1)
    finger.click(finger.page.begin)
    finger.touch_tile(kiosk.ports.label(f"category.{service.category}"))
    finger.touch_tile(service.title)
    for _ in range(MOST_PAGES):
        assert audit(finger.window) == []
        model = finger.controller.page
        if isinstance(model, ENDS):
            break
        finger.go_on(model)
    assert isinstance(finger.controller.page, ENDS)
    requests = kiosk.rows("service_request")
    if service.offline == "accepted":
        assert [row["service_id"] for row in requests] == [service.id]
        assert len(kiosk.rows("outbox")) == 1
    else:
        assert requests == []
    finger.click(finger.page.finish)
    assert isinstance(finger.controller.page, pages.WelcomePage)
