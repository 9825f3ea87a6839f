"""The pages of an enrolment by staff: what to do next, how many there are, every state readable."""

import numpy as np
import pytest

from accessibility.prompt import Prompt
from kiosk.domain.spoken_digits import DigitChallenge
from kiosk.flows import actions
from kiosk.flows import pages as models
from kiosk.services.capture_faces import POSES, CaptureResult, CaptureView
from kiosk.services.hear_digits import VoiceView
from kiosk.services.ports import FaceAdvice, FaceTemplate
from tests.ui import fakes
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT

CAPTURE = models.FaceCapturePage(Prompt("enrol.capture"), progress=models.Progress(1, 5))
VOICE = models.VoiceCheckPage(Prompt("enrol.voice"), phrases=3)
FRAME = np.full((48, 64, 3), 90, np.uint8)
TEMPLATE = FaceTemplate("e", (bytes(4),) * 3)


def view(pose="front", advice=None, taken=0, wanted=3, progress=0.5):
    return CaptureView(FRAME, fakes.BOX, advice, pose, taken, wanted, progress)


class CaptureRunner:
    """Shows what a test gives it and ends with a result."""

    def __init__(self, views, result):
        self.views, self.result = views, result

    def run(self, show, stop):
        for one in self.views:
            show(one)
        return self.result


@pytest.mark.parametrize("screen", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_every_state_of_the_capture_passes_the_audit(make_window, screen):
    window = make_window(screen)
    window.show_model(CAPTURE)
    for taken, pose in enumerate(POSES):
        window.show_capture(view(pose, taken=taken, wanted=5))
        assert audit(window) == [], pose
    for advice in FaceAdvice:
        window.show_capture(view(advice=advice))
        assert audit(window) == [], advice


def test_capture_says_what_to_do_and_which_picture_it_is(window, texts):
    window.show_model(CAPTURE)
    page = window.shell.page
    window.show_capture(view("left", taken=1))
    assert page.advice.text() == texts.label("enrol.pose.left")
    assert page.count.text() == "第2张，共3张"
    window.show_capture(view("left", FaceAdvice.TOO_FAR, taken=1))
    assert page.advice.text() == "走近一点"
    page.wipe()
    assert not page.preview.has_image


def test_phrases_are_counted_instead_of_tries(window):
    window.show_model(VOICE)
    page = window.shell.page
    page.show_voice(VoiceView(DigitChallenge("385190"), 1.5, 2, phrase=2, phrases=3))
    assert page.attempt.text() == "第2组，共3组"


@pytest.mark.parametrize(
    ("result", "action"),
    [
        (
            CaptureResult("captured", (FRAME,) * 3, TEMPLATE),
            actions.FacesCaptured((FRAME,) * 3, TEMPLATE),
        ),
        (
            CaptureResult("not_usable", advice="other_person", picture=2),
            actions.FacesNotCaptured("other_person"),
        ),
        (CaptureResult("unavailable", code="KSK-301"), actions.FaceCheckUnavailable("KSK-301")),
        (None, actions.FaceCheckUnavailable("KSK-000")),
    ],
    ids=["captured", "not-usable", "unavailable", "not-made"],
)
def test_capture_ends_in_an_action(make_stage, qtbot, result, action):
    stage = make_stage(CAPTURE, fakes.SERVICES)
    if result is not None:
        stage.navigator.capture_run = CaptureRunner([view()], result)
    stage.act(actions.Begin())
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=5000)
    assert type(stage.navigator.actions[-1]) is type(action)
    if not isinstance(action, actions.FacesCaptured):
        assert stage.navigator.actions[-1] == action


def test_each_further_picture_is_asked_for_aloud(make_stage):
    stage = make_stage(CAPTURE)
    stage.navigator.capture_run = CaptureRunner([], CaptureResult("stopped"))
    stage.act(actions.Begin())
    show = stage.controller._captures._show  # what the feed calls, without its thread
    show(view("front"))
    show(view("left", taken=1))
    show(view("left", taken=1))
    show(view("right", taken=2))
    assert stage.guide.spoken[-2:] == ["enrol.pose.left", "enrol.pose.right"]
