import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.errors import CameraUnavailable, FlowError, StorageError
from kiosk.flows import actions, pages
from kiosk.flows.navigator import Navigator
from kiosk.services.ports import Card, FaceAdvice
from kiosk.services.verify_face import FaceCheckResult
from kiosk.ui.qt_background import QtBackground
from kiosk.ui.visit_controller import VisitController
from tests.ui import fakes
from tests.ui.conftest import PORTRAIT
from tests.ui.sample_pages import STAGE, receipt

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


@pytest.fixture
def make_stage(make_window, clock):
    stages = []

    def make(*next_pages, **options):
        stage = Stage(make_window(PORTRAIT), clock, *next_pages, **options)
        stages.append(stage)
        stage.controller.start()
        return stage

    yield make
    for stage in stages:
        stage.controller.close()


def test_each_new_page_is_shown_and_spoken(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    assert stage.window.shell.page.objectName() == "ServicesPage"
    assert stage.guide.spoken == ["welcome", "services"]


def test_repeat_says_the_page_again_when_its_button_is_touched(make_stage):
    stage = make_stage()
    QTest.mouseClick(stage.window.shell.bar.repeat, Qt.MouseButton.LeftButton)
    assert stage.guide.spoken == ["welcome", "welcome"]


def test_actions_are_dropped_while_one_is_under_way(make_stage):
    stage = make_stage(fakes.SERVICES, IDENTIFY)
    stage.lane.is_held = True
    stage.act(actions.Begin())
    stage.act(actions.ChooseService("a"))
    stage.lane.run()
    assert stage.navigator.actions == [actions.Begin()]
    assert stage.window.shell.page.objectName() == "ServicesPage"


def test_busy_overlay_appears_after_300_ms_and_goes_with_the_result(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.lane.is_held = True
    stage.act(actions.Begin())
    stage.timers.move(0.25)
    assert not stage.window.shell.busy.isVisible()
    stage.timers.move(0.1)
    assert stage.window.shell.busy.isVisible()
    stage.lane.run()
    assert not stage.window.shell.busy.isVisible()


@pytest.mark.alone
def test_speech_stops_within_100_ms_when_the_screen_is_touched(make_stage):
    stage = make_stage()
    assert stage.guide.state is GuideState.SPEAKING
    began = time.perf_counter()
    QTest.mousePress(stage.window.shell.page, Qt.MouseButton.LeftButton)
    assert stage.guide.state is GuideState.QUIET
    assert time.perf_counter() - began < 0.1
    QTest.mouseRelease(stage.window.shell.page, Qt.MouseButton.LeftButton)


def test_speech_stops_when_a_key_is_pressed(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    QTest.keyPress(stage.window.shell.page, Qt.Key.Key_Down)
    assert stage.guide.state is GuideState.QUIET


def test_warning_is_spoken_when_nobody_touched_anything(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.guide.stop()
    stage.timers.move(89)
    assert not stage.window.is_idle_warning
    stage.timers.move(2)
    assert stage.window.is_idle_warning
    assert stage.guide.spoken[-1] == "idle.warning"


def test_visit_times_out_when_nobody_answers_the_warning(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.guide.stop()
    stage.timers.move(91)
    stage.guide.stop()
    stage.timers.move(28)
    assert stage.navigator.actions == [actions.Begin()]
    stage.timers.move(2)
    assert stage.navigator.actions[-1] == actions.TimedOut()
    assert stage.window.shell.page.objectName() == "WelcomePage"


def test_visit_goes_on_as_often_as_the_person_asks_for_it(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    for _ in range(12):
        stage.guide.stop()
        stage.timers.move(95)
        assert stage.window.is_idle_warning
        QTest.mouseClick(stage.window.shell.idle.go_on, Qt.MouseButton.LeftButton)
        assert not stage.window.is_idle_warning
    assert stage.navigator.actions == [actions.Begin()]


def test_visit_ends_when_the_person_says_so_in_the_warning(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.guide.stop()
    stage.timers.move(95)
    QTest.mouseClick(stage.window.shell.idle.end, Qt.MouseButton.LeftButton)
    assert stage.navigator.actions[-1] == actions.Finish()


def test_a_touch_begins_the_idle_time_anew(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.timers.move(80)
    QTest.keyClick(stage.window.shell.page, Qt.Key.Key_Shift)
    stage.timers.move(80)
    assert not stage.window.is_idle_warning


def test_nothing_times_out_while_speech_runs(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.timers.move(600)
    assert not stage.window.is_idle_warning
    stage.guide.stop()
    stage.timers.move(3)
    assert stage.window.is_idle_warning
    stage.timers.move(600)  # the warning is still being spoken
    assert stage.navigator.actions == [actions.Begin()]
    stage.guide.stop()
    stage.timers.move(2)
    assert stage.navigator.actions[-1] == actions.TimedOut()


def test_welcome_page_never_times_out(make_stage):
    stage = make_stage()
    stage.guide.stop()
    stage.timers.move(10_000)
    assert not stage.window.is_idle_warning


def test_everything_is_forgotten_when_the_visit_ends(make_stage):
    stage = make_stage(receipt(STAGE.ACCEPTED))
    stage.act(actions.Begin())
    page = stage.window.shell.page
    assert "A07-000123-K" in page.number.text()
    stage.act(actions.Finish())
    assert stage.guide.forgotten == 1
    assert page.number.text() == ""


def test_a_result_that_comes_after_the_end_is_ignored(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.lane.is_held = True
    stage.act(actions.Begin())
    stage.controller.close()
    stage.lane.run()
    assert stage.window.shell.page.objectName() == "WelcomePage"


def test_a_late_device_event_shows_the_present_page_again(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.navigator.error = FlowError("services does not offer CardPresented")
    stage.act(actions.CardPresented(CARD))
    assert stage.window.shell.page.objectName() == "ServicesPage"
    assert stage.guide.spoken == ["welcome", "services"]
    assert not stage.controller.is_busy


def test_a_bug_in_a_step_leads_to_a_notice_with_a_way_out(make_stage, caplog):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.navigator.error = ZeroDivisionError("bug")
    stage.act(actions.ChooseService("a"))
    assert stage.window.shell.page.objectName() == "NoticePage"
    assert stage.guide.spoken[-1] == "notice.error"
    stage.navigator.error = None
    stage.clock.move(1)
    QTest.mouseClick(stage.window.shell.page.finish, Qt.MouseButton.LeftButton)
    assert stage.navigator.actions[-1] == actions.Finish()
    caplog.clear()


def test_receipt_moves_on_when_the_centre_has_answered(make_stage):
    stage = make_stage(receipt(STAGE.ACCEPTED))
    stage.act(actions.Begin())
    stage.navigator.page = receipt(STAGE.DELIVERED, "receipt.delivered")
    stage.controller.refresh()
    assert stage.guide.spoken[-1] == "receipt"  # somebody is listening: not yet
    stage.guide.stop()
    stage.timers.move(1.5)
    assert stage.guide.spoken[-1] == "receipt.delivered"
    assert stage.window.shell.page.stage.text() == "已送到中心，还没有办结"


def test_refresh_leaves_a_page_alone_that_cannot_move(make_stage):
    stage = make_stage(fakes.SERVICES)
    stage.act(actions.Begin())
    stage.navigator.page = IDENTIFY
    stage.controller.refresh()
    assert stage.window.shell.page.objectName() == "ServicesPage"


class BrokenRequests:
    """A database that has gone bad."""

    def __init__(self):
        self.error = None

    def page(self, visit, ports):
        if self.error is not None:
            raise self.error
        return receipt(STAGE.ACCEPTED)


def test_a_refresh_that_fails_leaves_the_receipt_and_the_way_out_of_it(make_stage):
    step = BrokenRequests()
    navigator = Navigator(None)
    navigator._step = step  # a receipt without the visit that leads to it
    stage = make_stage()
    stage.navigator.pages.append(receipt(STAGE.ACCEPTED))
    stage.act(actions.Begin())
    stage.guide.stop()
    stage.navigator.peek = navigator.peek
    stage.navigator.current = navigator.current
    step.error = StorageError("the disk is gone")
    stage.controller.refresh()
    assert navigator._step is step
    assert stage.window.shell.page.objectName() == "ReceiptPage"
    assert stage.guide.spoken[-1] == "receipt"


def test_a_refresh_that_gives_another_page_changes_nothing(make_stage):
    stage = make_stage(receipt(STAGE.ACCEPTED))
    stage.act(actions.Begin())
    stage.guide.stop()
    stage.navigator.page = fakes.SERVICES
    stage.controller.refresh()
    assert stage.window.shell.page.objectName() == "ReceiptPage"
    assert stage.guide.spoken[-1] == "receipt"


def test_asking_for_help_on_the_help_page_says_it_again(make_stage):
    stage = make_stage(pages.HelpPage(Prompt("help", {"helper": "王小梅"}), "王小梅", "12345"))
    stage.act(actions.AskHelp())
    stage.act(actions.AskHelp())
    assert stage.navigator.actions == [actions.AskHelp()]
    assert stage.guide.spoken == ["welcome", "help", "help"]


def test_face_result_becomes_an_action(make_stage, qtbot):
    for result, expected in (
        (
            FaceCheckResult("accepted", 0.31, "dlib-resnet-v1", 0.4, 1),
            actions.FaceAccepted(0.31, "dlib-resnet-v1", 0.4),
        ),
        (FaceCheckResult("not_accepted", attempts=3), actions.FaceNotAccepted(3)),
        (FaceCheckResult("unavailable", code="KSK-301"), actions.FaceCheckUnavailable("KSK-301")),
    ):
        stage = make_stage(FACE, fakes.SERVICES)
        stage.navigator.run = fakes.ScriptedRun([fakes.face_view()], result)
        stage.act(actions.Begin())
        qtbot.waitUntil(lambda stage=stage: len(stage.navigator.actions) == 2, timeout=3000)
        assert stage.navigator.actions[-1] == expected


def test_face_pictures_are_dropped_to_the_newest(make_stage, qtbot):
    stage = make_stage(FACE)
    views = [fakes.face_view(progress=n / 400) for n in range(400)]
    stage.navigator.run = fakes.ScriptedRun(views)
    shown = []
    stage.window.show_face = lambda view: shown.append(view.progress)
    stage.act(actions.Begin())
    assert stage.navigator.run.shown.wait(5)
    qtbot.waitUntil(lambda: shown[-1:] == [views[-1].progress], timeout=3000)
    assert len(shown) < 400


def test_advice_is_shown_at_once_but_spoken_every_three_seconds(make_stage):
    stage = make_stage(FACE)
    stage.navigator.run = fakes.ScriptedRun()
    stage.act(actions.Begin())
    stage.guide.stop()
    show = stage.controller._show_face  # what the feed calls, without its thread
    show(fakes.face_view(FaceAdvice.TOO_FAR))
    assert stage.window.shell.page.advice.text() == "走近一点"
    assert stage.guide.spoken[-1] == "face_check"
    stage.clock.move(3.1)
    show(fakes.face_view(FaceAdvice.TOO_FAR))
    assert stage.guide.spoken[-1] == "face.advice.too_far"
    stage.guide.stop()
    stage.clock.move(1)
    show(fakes.face_view(FaceAdvice.TOO_DARK))
    assert stage.window.shell.page.advice.text() == "太暗了"
    assert stage.guide.spoken[-1] == "face.advice.too_far"
    stage.clock.move(2.1)
    show(fakes.face_view(FaceAdvice.TOO_DARK))
    assert stage.guide.spoken[-1] == "face.advice.too_dark"


def test_face_check_stops_when_the_page_changes(make_stage, qtbot):
    stage = make_stage(FACE, fakes.SERVICES)
    run = fakes.ScriptedRun([fakes.face_view()])
    stage.navigator.run = run
    stage.act(actions.Begin())
    qtbot.waitUntil(lambda: stage.window.shell.page.preview.has_image, timeout=3000)
    face_page = stage.window.shell.page
    stage.act(actions.OtherWay())
    assert run.ended.wait(3)
    stage.act(actions.Finish())
    assert not face_page.preview.has_image


def test_the_other_way_opens_when_the_check_cannot_be_made(make_stage):
    stage = make_stage(FACE, fakes.SERVICES)

    def fail():
        raise CameraUnavailable("no camera")

    stage.navigator.face_check = fail
    stage.act(actions.Begin())
    assert stage.navigator.actions[-1] == actions.FaceCheckUnavailable("KSK-301")


def test_card_on_the_reader_becomes_an_action(make_stage, qtbot):
    reader = fakes.FakeReader()
    stage = make_stage(IDENTIFY, fakes.SERVICES, reader=reader)
    stage.act(actions.Begin())
    assert reader.was_read.wait(3)
    reader.card = CARD
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=3000)
    assert stage.navigator.actions[-1] == actions.CardPresented(CARD)
    reads = reader.reads
    assert stage.window.shell.page.objectName() == "ServicesPage"
    assert reader.reads == reads


def test_a_refused_card_counts_again_only_after_it_was_lifted(make_stage, qtbot):
    reader = fakes.FakeReader()
    reader.card = CARD
    stage = make_stage(IDENTIFY, fakes.SERVICES, IDENTIFY, reader=reader)
    stage.act(actions.Begin())
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=3000)
    stage.act(actions.Decline())  # not me: back to the identify page, the card still lies there
    reads = reader.reads
    qtbot.waitUntil(lambda: reader.reads >= reads + 2, timeout=3000)
    assert len(stage.navigator.actions) == 3
    reader.card = None
    reads = reader.reads
    qtbot.waitUntil(lambda: reader.reads >= reads + 1, timeout=3000)
    reader.card = CARD
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 4, timeout=3000)


def test_card_page_takes_the_card_that_already_lies_there(make_stage, qtbot):
    reader = fakes.FakeReader()
    reader.card = CARD
    stage = make_stage(IDENTIFY, CARD_PAGE, fakes.SERVICES, reader=reader)
    stage.act(actions.Begin())
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 3, timeout=3000)
    assert stage.navigator.actions[1:] == [actions.CardPresented(CARD)] * 2


def test_a_visit_runs_on_real_threads(make_stage, qtbot):
    background = QtBackground()
    try:
        stage = make_stage(fakes.SERVICES, lane=background.visit_lane)
        qtbot.waitUntil(lambda: stage.controller.page is not None, timeout=3000)
        stage.act(actions.Begin())
        qtbot.waitUntil(lambda: stage.guide.spoken[-1] == "services", timeout=3000)
    finally:
        background.close()
