import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.errors import FlowError, StorageError
from kiosk.flows import actions, pages
from kiosk.flows.navigator import Navigator
from kiosk.ui.qt_background import QtBackground
from tests.ui import fakes
from tests.ui.sample_pages import STAGE, receipt
from tests.ui.stage import CARD, IDENTIFY


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


def test_a_visit_runs_on_real_threads(make_stage, qtbot):
    background = QtBackground()
    try:
        stage = make_stage(fakes.SERVICES, lane=background.visit_lane)
        qtbot.waitUntil(lambda: stage.controller.page is not None, timeout=3000)
        stage.act(actions.Begin())
        qtbot.waitUntil(lambda: stage.guide.spoken[-1] == "services", timeout=3000)
    finally:
        background.close()
