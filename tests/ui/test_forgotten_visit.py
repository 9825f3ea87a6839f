"""What is left in the program when a resident has gone: real flows, real threads, fake devices."""

import dataclasses
import gc

import numpy as np
import pytest

from kiosk.catalogue_prompts import with_services
from kiosk.flows import actions
from kiosk.flows.navigator import Navigator
from kiosk.services.ports import Card, FaceBox, FaceTemplate
from kiosk.services.verify_face import FaceCheckResult, FaceView
from kiosk.ui.qt_background import QtBackground
from kiosk.ui.visit_controller import VisitController
from tests.builders import card, make_world
from tests.ui import fakes
from tests.ui.conftest import PORTRAIT


class FreshCards:
    """A reader that makes each card anew, as real ones do; keeps none."""

    label = "fresh"

    def __init__(self):
        self.has_card = False

    def read(self):
        return card() if self.has_card else None


class CheckOfTemplate:
    """A face check that holds the template, as the real one does, and leaves a late picture behind."""

    def __init__(self, template, is_endless):
        self.template = template
        self.is_endless = is_endless

    def run(self, show, stop):
        show(FaceView(np.zeros((48, 64, 3), np.uint8), FaceBox(1, 1, 9, 9), None, 0.5, 1))
        if self.is_endless:
            stop.wait(10)
            show(FaceView(np.ones((48, 64, 3), np.uint8), None, None, 0.5, 1))
            return FaceCheckResult("stopped")
        return FaceCheckResult("accepted", 0.3, "dlib-resnet-v1", 0.38, 1)


class Visit:
    """A controller over a real navigator and real lanes."""

    def __init__(self, qtbot, controller, reader):
        self.qtbot = qtbot
        self.controller = controller
        self.reader = reader

    def arrive(self, page):
        self.qtbot.waitUntil(
            lambda: type(self.controller.page).__name__ == page and not self.controller.is_busy,
            timeout=5000,
        )

    def go(self, action, page):
        self.controller.act(action)
        self.arrive(page)

    def identify_by_card(self):
        self.go(actions.Begin(), "ServicesPage")
        self.reader.has_card = True
        self.go(actions.ChooseService("pension.life_certification"), "ConfirmPersonPage")
        self.go(actions.Confirm(), "ConsentPage")


@pytest.fixture
def make_visit(qtbot, make_window, clock, tmp_path, texts):
    background = QtBackground()
    controllers = []
    with make_world(tmp_path) as world:

        def make(*, is_endless=False):
            ports = dataclasses.replace(
                world.ports, start_face_check=lambda t: CheckOfTemplate(t, is_endless)
            )
            reader = FreshCards()
            window = make_window(PORTRAIT)
            window.use_texts(with_services(texts, world.ports.catalogue))
            controller = VisitController(
                window,
                Navigator(ports),
                fakes.FakeGuide(),
                background.visit_lane,
                clock,
                card_reader=reader,
            )
            controllers.append(controller)
            controller.start()
            visit = Visit(qtbot, controller, reader)
            visit.arrive("WelcomePage")
            return visit

        yield make
        for controller in controllers:
            controller.close()
        background.close()


def personal_things():
    gc.collect()
    return [
        thing for thing in gc.get_objects() if isinstance(thing, Card | FaceTemplate | FaceView)
    ]


def assert_nothing_is_left(qtbot, before):
    known = {id(thing) for thing in before}

    def check():
        left = [type(t).__name__ for t in personal_things() if id(t) not in known]
        assert left == []

    qtbot.waitUntil(check, timeout=3000)


def test_no_card_template_or_picture_is_left_when_the_resident_finishes(make_visit, qtbot):
    before = personal_things()
    visit = make_visit()
    visit.identify_by_card()
    visit.controller.act(actions.Confirm())
    visit.arrive("ChoicePage")
    visit.go(actions.Answered("self"), "FormReviewPage")
    visit.go(actions.Confirm(), "ReceiptPage")
    visit.go(actions.Finish(), "WelcomePage")
    assert_nothing_is_left(qtbot, before)


def test_nothing_is_left_when_the_resident_goes_in_the_middle_of_the_face_check(make_visit, qtbot):
    before = personal_things()
    visit = make_visit(is_endless=True)
    visit.identify_by_card()
    visit.go(actions.Confirm(), "FaceCheckPage")
    window = visit.controller._window
    qtbot.waitUntil(lambda: window.shell.page.preview.has_image, timeout=3000)
    visit.go(actions.Finish(), "WelcomePage")
    assert_nothing_is_left(qtbot, before)


def test_the_next_resident_is_not_taken_for_the_owner_of_a_forgotten_card(make_visit, qtbot):
    visit = make_visit()
    visit.identify_by_card()
    visit.go(actions.Finish(), "WelcomePage")
    visit.go(actions.Begin(), "ServicesPage")
    visit.go(actions.ChooseService("pension.life_certification"), "IdentifyPage")
    qtbot.wait(700)  # more than two looks at the reader: nothing may happen
    assert type(visit.controller.page).__name__ == "IdentifyPage"
    visit.reader.has_card = False
    qtbot.wait(400)
    visit.reader.has_card = True
    visit.arrive("ConfirmPersonPage")
