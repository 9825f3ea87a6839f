"""The kiosk's own source of pictures, over real checks and a file that acts as a camera."""

import threading

import cv2
import pytest

from kiosk.devices.picture import picture_size
from kiosk.photos import photo_source
from kiosk.services.ports import FaceAdvice, FaceBox, FaceObservation
from kiosk.services.take_photo import PhotoResult
from tests.devices.documents import Scene, photograph


class OneFace:
    """An engine that sees one large face in the middle of every picture."""

    def __init__(self, advice=None):
        self.advice = advice

    def observe(self, frame):
        height, width = frame.shape[:2]
        box = FaceBox(width // 2 - 160, height // 2 - 160, width // 2 + 160, height // 2 + 160)
        return FaceObservation(box, self.advice, 0.8)


@pytest.fixture
def paper(tmp_path):
    """A good picture of a page, as a camera's spec."""
    path = tmp_path / "page.png"
    assert cv2.imwrite(str(path), photograph(Scene()))
    return f"file:{path}"


def take(camera, kind, engine):
    shutter, advices = threading.Event(), []
    shutter.set()
    session = photo_source(camera, engine).session(kind)
    result = session.run(lambda view: advices.append(view.advice), shutter, threading.Event())
    return result, advices


def test_good_page_is_taken_at_once_with_all_its_pixels(paper):
    result, advices = take(paper, "document", OneFace())
    assert advices == [""]
    assert result.kind == "taken"
    assert picture_size(result.jpeg) == (1920, 1080)
    assert len(result.jpeg) <= 300_000


def test_portrait_is_cut_to_head_and_shoulders(paper):
    result, advices = take(paper, "portrait", OneFace())
    assert advices == [""]
    width, height = picture_size(result.jpeg)
    assert width / height == pytest.approx(358 / 441, abs=0.01)


def test_portrait_advice_is_that_of_the_face_check_and_people_may_look_away(paper):
    _, advices = take(paper, "portrait", OneFace(FaceAdvice.TURNED_AWAY))
    assert set(advices) == {"face.advice.turned_away"}
    _, advices = take(paper, "people", OneFace(FaceAdvice.TURNED_AWAY))
    assert advices == [""]


def test_missing_file_is_an_unavailable_camera(tmp_path):
    result, _ = take(f"file:{tmp_path}/gone.png", "document", OneFace())
    assert result == PhotoResult("unavailable", code="KSK-301")


def test_kiosk_without_a_camera_has_no_source():
    assert photo_source("none", OneFace()) is None
