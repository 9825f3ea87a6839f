"""Guided pictures: held still, apart in time, each asked for in its own way; no picture is lost or kept."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import CameraUnavailable, FaceNotUsable
from kiosk.services.capture_faces import (
    HOLD_S,
    LONGEST_S,
    MOVE_S,
    CaptureFaces,
    CaptureResult,
    CaptureView,
)
from kiosk.services.ports import (
    Embedding,
    FaceAdvice,
    FaceBox,
    FaceComparison,
    FaceObservation,
    FaceTemplate,
    Frame,
)
from tests.builders import FakeClock

FRAME_S = 0.1
BOX = FaceBox(1, 1, 3, 3)
Advise = Callable[[float], FaceAdvice | None]


@dataclass
class Studio:
    """A camera that gives ten pictures a second, and an engine that a test tells what to see."""

    advise: Advise = lambda _seconds: None
    clock: FakeClock = field(default_factory=FakeClock)
    fault: FaceNotUsable | None = None
    dies_after: int = 10**9
    label: str = "studio"
    engine_id: str = "e"
    threshold: float = 0.4
    reads: int = 0
    is_open: bool = False
    enrolled: tuple[Frame, ...] = ()

    def warm_up(self) -> None:
        return None

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def read(self) -> Frame:
        self.reads += 1
        if self.reads > self.dies_after:
            raise CameraUnavailable("unplugged")
        self.clock.forward(FRAME_S)
        return np.full((4, 4, 3), self.reads % 256, np.uint8)

    def observe(self, frame: Frame) -> FaceObservation:
        return FaceObservation(BOX, self.advise(self.clock.seconds), 1.0)

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        raise NotImplementedError

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        raise NotImplementedError

    def enrol(self, frames: tuple[Frame, ...]) -> FaceTemplate:
        self.enrolled = frames
        if self.fault:
            raise self.fault
        return FaceTemplate("e", (b"\0" * 4,) * len(frames))


def capture(
    studio: Studio, before: tuple[Frame, ...] = (), stop: threading.Event | None = None
) -> tuple[CaptureResult, list[CaptureView]]:
    views: list[CaptureView] = []
    run = CaptureFaces(studio, studio, studio.clock, before)
    return run.run(views.append, stop or threading.Event()), views


def test_three_pictures_are_taken_when_the_face_is_held_still_each_time() -> None:
    studio = Studio()
    result, views = capture(studio)
    assert result.kind == "captured"
    assert result.template is not None
    assert len(result.template.vectors) == len(result.frames) == 3
    assert studio.clock.seconds == pytest.approx(3 * HOLD_S + 2 * MOVE_S, abs=6 * FRAME_S)
    assert not studio.is_open
    poses = [view.pose for view in views]
    assert list(dict.fromkeys(poses)) == ["front", "left", "right"]
    assert [view.taken for view in views] == sorted(view.taken for view in views)
    assert {view.wanted for view in views} == {3}


def test_face_that_is_not_good_for_a_moment_begins_again() -> None:
    def shaky(seconds: float) -> FaceAdvice | None:
        return FaceAdvice.HOLD_STILL if round(seconds * 10) % 5 == 0 and seconds < 5 else None

    studio = Studio(shaky)
    result, views = capture(studio)
    assert result.kind == "captured"
    assert sum(view.taken == 0 for view in views) * FRAME_S > 5


def test_fourth_picture_is_added_to_three() -> None:
    before = tuple(np.full((4, 4, 3), 200 + number, np.uint8) for number in range(3))
    studio = Studio()
    result, views = capture(studio, before)
    assert len(result.frames) == 4
    assert result.frames[:3] == before
    assert {view.pose for view in views} == {"glasses"}
    assert {view.wanted for view in views} == {4}


def test_pictures_of_two_people_are_said_to_be_so() -> None:
    result, _ = capture(Studio(fault=FaceNotUsable(1, "other_person")))
    assert (result.kind, result.advice, result.picture) == ("not_usable", "other_person", 2)
    assert result.frames == ()


def test_nobody_is_kept_before_a_camera_that_never_likes_them() -> None:
    studio = Studio(lambda _seconds: FaceAdvice.TOO_DARK)
    result, views = capture(studio)
    assert (result.kind, result.advice, result.picture) == ("not_usable", "too_dark", 0)
    assert studio.clock.seconds == pytest.approx(LONGEST_S, abs=3 * FRAME_S)
    assert {view.advice for view in views} == {FaceAdvice.TOO_DARK}


def test_camera_that_dies_is_a_result_and_is_closed() -> None:
    studio = Studio(dies_after=9)
    result, _ = capture(studio)
    assert (result.kind, result.code, studio.is_open) == ("unavailable", "KSK-301", False)


def test_capture_stops_when_the_page_is_left() -> None:
    stop, studio = threading.Event(), Studio()
    stop.set()
    result, _ = capture(studio, stop=stop)
    assert (result.kind, studio.reads, studio.enrolled) == ("stopped", 0, ())
