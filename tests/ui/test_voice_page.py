"""The page with the digits: whose turn it is, what to do better, and a guide that never speaks into the microphone."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.domain.identity_evidence import Score
from kiosk.domain.spoken_digits import DigitChallenge
from kiosk.flows import actions
from kiosk.flows import pages as models
from kiosk.services.hear_digits import VoiceView
from kiosk.services.verify_voice import VoiceCheckResult
from kiosk.services.voice_ports import VoiceAdvice
from kiosk.ui.guide_floor import GuideFloor, read_digits
from tests.ui import fakes
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT

VOICE = models.VoiceCheckPage(Prompt("voice_check"))
VIEW = VoiceView(DigitChallenge("38519027"), 3.0, 1)
HEARING = replace(VIEW, is_listening=True, level=0.6, speech_s=1.0, next_place=3)


class VoiceRun:
    """A check that shows what a test gives it, asks the floor once, and ends when it is told."""

    def __init__(self, views=(), result=None):
        self.views = views
        self.result = result
        self.asked = threading.Event()
        self.ended = threading.Event()

    def run(self, show, stop, floor):
        try:
            show(VIEW)
            floor.ask(VIEW.challenge.digits, None, stop)
            self.asked.set()
            for view in self.views:
                show(view)
            if self.result is None:
                stop.wait(10)
                return VoiceCheckResult("stopped")
            return self.result
        finally:
            self.ended.set()


@pytest.fixture
def page(window):
    window.show_model(VOICE)
    return window.shell.page


def test_page_says_whose_turn_it_is_and_what_was_heard(page, texts):
    page.show_voice(VIEW)
    assert page.turn.text() == texts.label("voice.wait")
    assert page.digits.digits == "38519027"
    page.show_voice(HEARING)
    assert page.turn.text() == texts.label("voice.speak")
    assert page.level.level == pytest.approx(0.6)
    page.show_voice(replace(HEARING, next_place=8))
    assert page.turn.text() == texts.label("voice.heard")
    page.show_voice(replace(VIEW, attempt=2, advice=VoiceAdvice.OTHER_DIGITS))
    assert page.turn.text() == "没有听清楚"
    assert page.level.level == 0
    assert "2" in page.attempt.text()


def test_hint_stands_on_the_page_while_somebody_speaks_too_quietly(page):
    page.show_voice(replace(HEARING, hint=VoiceAdvice.TOO_QUIET))
    assert page.turn.text() == "请大声一点"


def test_digits_are_gone_when_the_page_is_wiped(page):
    page.show_voice(HEARING)
    page.wipe()
    assert page.digits.digits == ""
    assert page.level.level == 0


@pytest.mark.parametrize("screen", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_every_state_of_the_page_passes_the_audit(make_window, screen):
    window = make_window(screen)
    window.show_model(VOICE)
    for advice in VoiceAdvice:
        window.show_voice(replace(HEARING, hint=advice))
        assert audit(window) == [], advice
    six = VoiceView(DigitChallenge("385190"), 1.5, 3)
    window.show_voice(six)
    assert audit(window) == []
    boxes = window.shell.page.digits.boxes()
    assert len(boxes) == 6
    assert boxes[-1].right() <= window.shell.page.digits.width()


def test_digits_are_read_once_after_the_prompt_and_before_anybody_listens(make_stage, qtbot):
    stage = make_stage(VOICE)
    run = stage.navigator.voice_run = VoiceRun([HEARING])
    stage.act(actions.Begin())
    assert stage.guide.spoken[-1] == "voice_check"
    assert not run.asked.wait(0.2)
    stage.guide.stop()  # the prompt has been said
    qtbot.waitUntil(lambda: stage.guide.spoken[-1] == "voice_check.read", timeout=5000)
    assert not run.asked.wait(0.2)
    stage.guide.stop()
    assert run.asked.wait(5)
    qtbot.waitUntil(lambda: stage.window.shell.page.level.level > 0, timeout=5000)
    assert stage.guide.spoken.count("voice_check.read") == 1


def test_hearing_it_again_reads_the_digits_and_takes_the_floor(make_stage, qtbot):
    stage = make_stage(VOICE)
    run = stage.navigator.voice_run = VoiceRun([HEARING])
    stage.act(actions.Begin())
    for _ in range(2):
        qtbot.waitUntil(lambda: stage.guide.state is GuideState.SPEAKING, timeout=5000)
        stage.guide.stop()
    assert run.asked.wait(5)
    qtbot.waitUntil(lambda: stage.window.shell.page.level.level > 0, timeout=5000)
    floor = GuideFloor(stage.guide)
    assert not floor.is_guide_speaking()
    stage.controller.repeat()
    assert stage.guide.spoken[-1] == "voice_check.read"
    assert floor.is_guide_speaking()


def test_result_becomes_an_action_and_leaving_stops_the_check(make_stage, qtbot):
    stage = make_stage(VOICE, fakes.SERVICES)
    scored = VoiceCheckResult("scored", 0.8, "e", 3.2, 1, phrases=3)
    stage.navigator.voice_run = VoiceRun((), scored)
    stage.act(actions.Begin())
    for _ in range(2):
        qtbot.waitUntil(lambda: stage.guide.state is GuideState.SPEAKING, timeout=5000)
        stage.guide.stop()
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=5000)
    assert stage.navigator.actions[-1] == actions.VoiceScored(Score("e", 0.8, 3))


def test_guide_says_nothing_into_the_next_page(make_stage):
    stage = make_stage(VOICE, fakes.SERVICES)
    run = stage.navigator.voice_run = VoiceRun()
    stage.act(actions.Begin())
    stage.act(actions.OtherWay())
    assert run.ended.wait(5)
    assert "voice_check.read" not in stage.guide.spoken


def test_check_that_cannot_be_made_leads_on(make_stage):
    stage = make_stage(VOICE, fakes.SERVICES)
    stage.act(actions.Begin())
    assert stage.navigator.actions[-1] == actions.VoiceCheckUnavailable("KSK-000")


def test_advice_is_said_before_the_digits_and_a_closed_floor_is_silent():
    guide = fakes.FakeGuide()
    floor, stop = GuideFloor(guide), threading.Event()
    asking = threading.Thread(target=floor.ask, args=("123456", VoiceAdvice.TOO_QUIET, stop))
    asking.start()
    while asking.is_alive():
        guide.state = GuideState.QUIET
        asking.join(0.01)
    assert guide.spoken == ["voice.advice.too_quiet", "voice_check.read"]
    floor.close()
    floor.ask("123456", None, stop)
    assert len(guide.spoken) == 2


def test_digits_are_read_one_by_one_with_a_breath_between_the_groups(texts):
    prompt = read_digits("38519027")
    assert texts.text(prompt).sentence.startswith("3、8、5、1，9、0、2、7")
    QApplication.processEvents()
