"""Taking a picture with the camera's thread behind the page: opened, spoken for, closed."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.devices.file_camera import FileCamera
from kiosk.flows import actions
from kiosk.services.take_photo import CameraPhotos, PhotoJudgement, PhotoResult
from kiosk.ui.visit_controller import VisitController
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.photo_preview import image_of_jpeg
from tests.ui import fakes
from tests.ui.conftest import PORTRAIT
from tests.ui.more_samples import PHOTO, TAKEN, jpeg_of
from tests.ui.photo_parts import CUT, click, view, visible
from tests.ui.sample_pages import SAMPLES


class EverythingIsSharp:
    """Finds every picture good and writes a picture of its own."""

    def judge(self, frame):
        return PhotoJudgement("", 1.0)

    def encode(self, frame):
        height, width, _ = frame.shape
        return jpeg_of(QImage(width, height, QImage.Format.Format_RGB888))


class ScriptedSession:
    """Shows one advice; takes the picture when the shutter is pressed; can be gone or broken."""

    def __init__(self, advice="", result=None, error=None):
        self.advice, self.result, self.error = advice, result, error
        self.opened, self.ended = threading.Event(), threading.Event()

    def run(self, show, shutter, stop):
        self.opened.set()
        try:
            if self.error is not None:
                raise self.error
            show(view(self.advice))
            while not stop.is_set() and self.result is None:
                if shutter.wait(0.01):
                    return PhotoResult("taken", TAKEN)
            return self.result or PhotoResult("stopped")
        finally:
            self.ended.set()


class Sessions:
    """Gives sessions in turn; remembers the kinds."""

    def __init__(self, *sessions):
        self.sessions = list(sessions)
        self.kinds = []

    def session(self, kind):
        self.kinds.append(kind)
        return self.sessions.pop(0)


class Stage:
    def __init__(self, window, clock, source, *next_pages):
        self.window, self.clock = window, clock
        self.navigator = fakes.FakeNavigator(*next_pages)
        self.guide = fakes.FakeGuide()
        self.controller = VisitController(
            window,
            self.navigator,
            self.guide,
            fakes.HandLane(),
            clock,
            photo_source=source,
            timers=fakes.HandTimers(clock),
        )

    @property
    def page(self):
        return self.window.shell.page

    def touch(self, button):
        click(button, self.clock)


@pytest.fixture
def make_stage(make_window, clock):
    stages = []

    def make(source, *next_pages):
        stage = Stage(make_window(PORTRAIT), clock, source, PHOTO, *next_pages)
        stages.append(stage)
        stage.controller.start()
        clock.move(1)
        stage.controller.act(actions.Begin())
        clock.move(1)
        return stage

    yield make
    for stage in stages:
        stage.controller.close()


def test_touch_on_the_shutter_becomes_a_picture_and_the_camera_is_closed(make_stage, qtbot):
    session = ScriptedSession()
    stage = make_stage(Sessions(session), replace(PHOTO, taken=1, can_finish=True, preview=TAKEN))
    qtbot.waitUntil(lambda: stage.page.preview.has_image, timeout=3000)
    stage.touch(stage.page.shutter)
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=3000)
    assert stage.navigator.actions[1] == actions.PhotoTaken(TAKEN)
    assert visible(stage.page) == {"use", "again"}
    assert session.ended.wait(3)


def test_camera_is_off_while_the_taken_picture_is_looked_at(make_stage, qtbot):
    first, second = ScriptedSession(), ScriptedSession()
    source = Sessions(first, second)
    stage = make_stage(source, SAMPLES["23-photo-several"])
    qtbot.waitUntil(lambda: stage.page.preview.has_image, timeout=3000)
    stage.touch(stage.page.shutter)
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=3000)
    assert first.ended.wait(3)
    assert not second.opened.is_set()
    stage.touch(stage.page.another)
    assert second.opened.wait(3)
    assert source.kinds == ["document", "document"]


def test_camera_is_closed_when_the_page_is_left(make_stage, qtbot):
    session = ScriptedSession()
    stage = make_stage(Sessions(session), fakes.SERVICES)
    qtbot.waitUntil(lambda: stage.page.preview.has_image, timeout=3000)
    photo_page = stage.page
    stage.touch(photo_page.later)
    assert session.ended.wait(3)
    assert stage.page.objectName() == "ServicesPage"
    stage.controller.act(actions.Finish())
    assert not photo_page.preview.has_image


def test_advice_is_spoken_and_said_again_when_the_button_is_touched_too_early(make_stage, qtbot):
    stage = make_stage(Sessions(ScriptedSession(CUT)))
    stage.guide.stop()
    stage.clock.move(4)
    qtbot.waitUntil(lambda: stage.guide.spoken[-1] == CUT, timeout=3000)
    stage.touch(stage.page.shutter)
    assert stage.guide.spoken[-2:] == [CUT, CUT]


@pytest.mark.parametrize(
    "session",
    [
        ScriptedSession(result=PhotoResult("unavailable", code="KSK-301")),
        ScriptedSession(error=ValueError("a driver's bug")),
    ],
    ids=["unplugged", "bug"],
)
def test_camera_that_fails_leaves_a_way_on(make_stage, qtbot, session, caplog):
    stage = make_stage(Sessions(session, ScriptedSession()))
    qtbot.waitUntil(lambda: visible(stage.page) == {"retry", "later"}, timeout=3000)
    stage.touch(stage.page.retry)
    qtbot.waitUntil(lambda: stage.page.preview.has_image, timeout=3000)
    assert visible(stage.page) == {"shutter", "later"}
    assert all("driver" not in record.getMessage() for record in caplog.records)


def test_kiosk_without_a_photo_source_says_so(make_stage):
    stage = make_stage(None)
    assert visible(stage.page) == {"retry", "later"}


def test_picture_file_acts_as_a_camera(make_stage, qtbot, tmp_path):
    path = tmp_path / "paper.jpg"
    path.write_bytes(TAKEN)
    source = CameraPhotos(lambda kind: FileCamera(path, 50.0), lambda kind: EverythingIsSharp())
    stage = make_stage(source, SAMPLES["23-photo-taken"])
    qtbot.waitUntil(lambda: stage.page.shutter.look is Look.PRIMARY, timeout=3000)
    QTest.keyClick(stage.page.shutter, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stage.navigator.actions) == 2, timeout=3000)
    jpeg = stage.navigator.actions[1].jpeg
    assert image_of_jpeg(jpeg).size().toTuple() == (640, 480)


def test_no_thread_is_left_when_the_controller_is_closed(make_stage, qtbot):
    stage = make_stage(Sessions(ScriptedSession()))
    qtbot.waitUntil(lambda: stage.page.preview.has_image, timeout=3000)
    stage.controller.close()
    QApplication.processEvents()
    assert [thread.name for thread in threading.enumerate() if thread.name == "photo"] == []
