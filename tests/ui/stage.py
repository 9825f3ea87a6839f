"""A window with a controller and everything around it."""

from accessibility.prompt import Prompt
from kiosk.flows import pages
from kiosk.services.ports import Card
from kiosk.ui.visit_controller import VisitController
from tests.ui import fakes

FACE = pages.FaceCheckPage(Prompt("face_check"))
IDENTIFY = pages.IdentifyPage(Prompt("identify"))
CARD_PAGE = pages.CardPage(Prompt("card"))
CARD = Card("420106194509030021", "张三", "C123")


class Stage:
    """A window with a controller and everything around it."""

    def __init__(self, window, clock, *next_pages, lane=None, reader=None):
        self.window = window
        self.clock = clock
        self.timers = fakes.HandTimers(clock)
        self.navigator = fakes.FakeNavigator(*next_pages)
        self.guide = fakes.FakeGuide()
        self.lane = lane if lane is not None else fakes.HandLane()
        self.controller = VisitController(
            window,
            self.navigator,
            self.guide,
            self.lane,
            clock,
            card_reader=reader,
            timers=self.timers,
        )

    def act(self, action):
        self.clock.move(1)
        self.controller.act(action)
