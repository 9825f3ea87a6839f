"""What camera and card reader do to a visit that is on the screen."""

from dataclasses import replace

from kiosk.errors import CameraUnavailable
from kiosk.flows import actions
from kiosk.services.liveness_ports import Cue, LivenessView
from kiosk.services.ports import FaceAdvice
from kiosk.services.verify_face import FaceCheckResult
from tests.ui import fakes
from tests.ui.stage import CARD, CARD_PAGE, FACE, IDENTIFY


def test_face_result_becomes_an_action(make_stage, qtbot):
    for result, expected in (
        (
            FaceCheckResult("accepted", 0.31, "dlib-resnet-v1", 0.4, 1, worst=0.35, is_live=True),
            actions.FaceAccepted(0.31, "dlib-resnet-v1", 0.4, worst=0.35, is_live=True),
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


def test_motion_is_said_at_once_and_again_when_it_is_asked_again(make_stage):
    stage = make_stage(FACE)
    stage.navigator.run = fakes.ScriptedRun()
    stage.act(actions.Begin())
    show = stage.controller._show_face

    def ask(cue, turn, advice=None):
        show(replace(fakes.face_view(advice), liveness=LivenessView(cue, turn, 0.2)))
        return stage.guide.spoken[-1]

    assert ask(Cue.BEGIN, 1) == "face.cue.motions_begin"
    assert ask(Cue.NOD, 2) == "face.cue.nod"  # though the words before are still being said
    count = len(stage.guide.spoken)
    assert ask(Cue.NOD, 2) == "face.cue.nod"
    assert len(stage.guide.spoken) == count
    assert ask(Cue.NOD, 3) == "face.cue.nod"
    assert len(stage.guide.spoken) == count + 1
    stage.clock.move(7)
    assert ask(Cue.NOD, 3, FaceAdvice.NO_FACE) == "face.advice.no_face"
    stage.controller.repeat()
    assert stage.guide.spoken[-1] == "face.cue.nod"
    assert stage.window.shell.page.prompt_panel.title.text() == "慢慢点一下头"


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
