"""From the open camera to one JPEG: which frame is taken, and that the camera never stays open."""

import threading

import numpy as np
import pytest

from kiosk.errors import CameraUnavailable
from kiosk.services.take_photo import (
    CameraPhotos,
    PhotoJudgement,
    PhotoResult,
    TakePhoto,
)


def frame(number):
    """A frame that is told from others by its shade."""
    return np.full((4, 4, 3), number, np.uint8)


class FilmCamera:
    """Shows frames 0, 1, 2 … of a script of (advice, quality); opened and closed are counted."""

    label = "film"

    def __init__(self, frames):
        self.frames = frames
        self.reads = 0
        self.opened = 0
        self.closed = 0

    def open(self):
        self.opened += 1

    def read(self):
        if self.reads >= len(self.frames):
            raise CameraUnavailable("the film is over")
        self.reads += 1
        return frame(self.reads - 1)

    def close(self):
        self.closed += 1


class ScriptedJudge:
    def __init__(self, frames):
        self.frames = frames

    def judge(self, picture):
        return PhotoJudgement(*self.frames[int(picture[0, 0, 0])])

    def encode(self, picture):
        return b"jpeg of %d" % picture[0, 0, 0]


DARK, BLURRED, GOOD = ("photo.advice.too_dark", 0.1), ("photo.advice.blurred", 0.6), ("", 0.9)


def take(frames, press_at=None, stop_at=None):
    """Run a session; the shutter is pressed while a frame is shown."""
    shutter, stop, seen = threading.Event(), threading.Event(), []
    camera = FilmCamera(frames)

    def show(view):
        if len(seen) == press_at:
            shutter.set()
        if len(seen) == stop_at:
            stop.set()
        seen.append(view.advice)

    result = TakePhoto(camera, ScriptedJudge(frames)).run(show, shutter, stop)
    assert (camera.opened, camera.closed) == (1, 1)
    return result, seen


def test_good_frame_is_taken_as_it_is_when_the_shutter_is_pressed():
    result, seen = take([DARK, GOOD, DARK], press_at=1)
    assert result == PhotoResult("taken", b"jpeg of 1")
    assert seen == ["photo.advice.too_dark", ""]


def test_first_good_frame_after_the_touch_is_taken_when_the_touch_shook_the_machine():
    result, _ = take([BLURRED, BLURRED, GOOD, GOOD], press_at=0)
    assert result == PhotoResult("taken", b"jpeg of 2")


def test_best_of_six_frames_is_taken_when_none_is_good():
    result, seen = take([DARK, DARK, BLURRED, DARK, DARK, DARK, GOOD], press_at=0)
    assert result == PhotoResult("taken", b"jpeg of 2")
    assert len(seen) == 6


def test_nothing_is_taken_when_the_page_is_left():
    result, seen = take([GOOD] * 5, stop_at=2)
    assert result == PhotoResult("stopped")
    assert len(seen) == 3


def test_unplugged_camera_is_a_result_with_its_code():
    result, seen = take([GOOD, GOOD])
    assert result == PhotoResult("unavailable", code="KSK-301")
    assert len(seen) == 2


def test_camera_is_closed_and_the_bug_is_raised_when_the_judge_breaks():
    camera = FilmCamera([GOOD])
    judge = ScriptedJudge([])
    with pytest.raises(IndexError):
        TakePhoto(camera, judge).run(lambda _: None, threading.Event(), threading.Event())
    assert camera.closed == 1


def test_a_source_opens_nothing_and_judges_by_kind():
    camera = FilmCamera([GOOD])
    kinds = []

    def judge_for(kind):
        kinds.append(kind)
        return ScriptedJudge([GOOD])

    session = CameraPhotos(lambda kind: camera, judge_for).session("portrait")
    assert kinds == ["portrait"]
    assert camera.opened == 0
    shutter = threading.Event()
    shutter.set()
    assert session.run(lambda _: None, shutter, threading.Event()).jpeg == b"jpeg of 0"


def test_neither_frame_nor_picture_is_in_a_repr():
    result = PhotoResult("taken", b"\xff\xd8 a face")
    assert "face" not in repr(result)


def test_large_frame_is_shown_small_and_taken_whole():
    large = np.zeros((1080, 1920, 3), np.uint8)
    shown, taken = [], []

    class LargeCamera(FilmCamera):
        def read(self):
            return large

    class Whole(ScriptedJudge):
        def encode(self, picture):
            taken.append(picture.shape)
            return b"jpeg"

    shutter = threading.Event()
    shutter.set()
    TakePhoto(LargeCamera([]), Whole([GOOD])).run(shown.append, shutter, threading.Event())
    assert shown[0].frame.shape == (540, 960, 3)
    assert taken == [(1080, 1920, 3)]
