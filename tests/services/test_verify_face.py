import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import CameraUnavailable, KioskError, ModelUnavailable
from kiosk.services.ports import (
    Embedding,
    FaceAdvice,
    FaceBox,
    FaceComparison,
    FaceObservation,
    FaceTemplate,
    Frame,
)
from kiosk.services.verify_face import TRIES, FaceCheck, FaceCheckResult, FaceView

TEMPLATE = FaceTemplate("e", (b"\0" * 4,))


@dataclass
class TickingClock:
    """Every look at the monotonic clock is half a second later."""

    seconds: float = 0.0
    step_s: float = 0.5

    def monotonic_s(self) -> float:
        self.seconds += self.step_s
        return self.seconds

    def now(self):  # type: ignore[no-untyped-def]
        raise AssertionError("a face check needs no wall time")


@dataclass
class FakeCamera:
    label: str = "fake"
    is_open: bool = False
    frames_left: int = 10_000
    fault: KioskError | None = None
    closed: int = 0

    def open(self) -> None:
        if self.fault and self.frames_left == 0:
            raise self.fault
        self.is_open = True

    def read(self) -> Frame:
        if self.frames_left == 0:
            raise self.fault or CameraUnavailable("unplugged")
        self.frames_left -= 1
        return np.zeros((4, 4, 3), np.uint8)

    def close(self) -> None:
        self.is_open = False
        self.closed += 1


@dataclass
class FakeEngine:
    scores: list[float] = field(default_factory=list)
    advice: list[FaceAdvice | None] = field(default_factory=list)
    fault: KioskError | None = None
    engine_id: str = "e"
    compared: int = 0

    def warm_up(self) -> None:
        if self.fault:
            raise self.fault

    def observe(self, frame: Frame) -> FaceObservation:
        advice = self.advice.pop(0) if self.advice else None
        return FaceObservation(FaceBox(0, 0, 2, 2), advice, 0.5)

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        return np.zeros(4, np.float32)

    def enrol(self, frames: tuple[Frame, ...]) -> FaceTemplate:
        raise AssertionError

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        self.compared += 1
        score = self.scores.pop(0) if self.scores else 0.9
        return FaceComparison(score, score <= 0.38)


def run(
    engine: FakeEngine, camera: FakeCamera | None = None
) -> tuple[FaceCheckResult, list[FaceView]]:
    views: list[FaceView] = []
    check = FaceCheck(camera or FakeCamera(), engine, TEMPLATE, 0.38, TickingClock())
    return check.run(views.append, threading.Event()), views


def test_check_accepts_when_two_good_frames_match() -> None:
    result, views = run(FakeEngine(scores=[0.35, 0.31]))
    assert result == FaceCheckResult("accepted", 0.31, "e", 0.38, 1, worst=0.35)
    assert [view.progress for view in views] == [0.5, 1.0]


def test_check_refuses_when_only_one_frame_of_each_try_matches() -> None:
    result, _ = run(FakeEngine(scores=[0.3, 0.9, 0.9] * 3))
    assert (result.kind, result.attempts) == ("not_accepted", TRIES)


def test_check_refuses_a_stranger_after_three_tries_of_three_frames() -> None:
    engine = FakeEngine()
    result, views = run(engine)
    assert (result.kind, engine.compared) == ("not_accepted", 9)
    assert sorted({view.attempt for view in views}) == [1, 2, 3]


def test_check_says_what_to_improve_and_compares_nothing_before_it_is_good() -> None:
    engine = FakeEngine(scores=[0.3, 0.3], advice=[FaceAdvice.TOO_FAR, FaceAdvice.SEVERAL_FACES])
    result, views = run(engine)
    assert [view.advice for view in views[:3]] == [
        FaceAdvice.TOO_FAR,
        FaceAdvice.SEVERAL_FACES,
        None,
    ]
    assert (result.kind, engine.compared) == ("accepted", 2)


def test_check_ends_by_itself_when_nobody_comes() -> None:
    engine = FakeEngine(advice=[FaceAdvice.NO_FACE] * 10_000)
    result, _ = run(engine)
    assert (result.kind, engine.compared) == ("not_accepted", 0)


def test_check_stops_at_once_when_the_person_leaves_the_page() -> None:
    stop = threading.Event()
    camera = FakeCamera()
    check = FaceCheck(
        camera, FakeEngine(advice=[FaceAdvice.NO_FACE] * 10_000), TEMPLATE, 0.38, TickingClock()
    )
    result = check.run(lambda _view: stop.set(), stop)
    assert result.kind == "stopped"
    assert camera.closed == 1


@pytest.mark.parametrize(
    ("engine", "camera", "code"),
    [
        (FakeEngine(), FakeCamera(frames_left=0, fault=CameraUnavailable("none")), "KSK-301"),
        (FakeEngine(), FakeCamera(frames_left=1), "KSK-301"),
        (FakeEngine(fault=ModelUnavailable("gone")), FakeCamera(), "KSK-302"),
    ],
)
def test_check_reports_a_fault_as_a_result_and_closes_the_camera(
    engine: FakeEngine, camera: FakeCamera, code: str
) -> None:
    result, _ = run(engine, camera)
    assert (result.kind, result.code) == ("unavailable", code)
    assert not camera.is_open
    assert camera.closed == 1


def test_accepted_picture_is_also_compared_with_other_residents_for_the_score_log() -> None:
    engine = FakeEngine(scores=[0.35, 0.31, 0.77, 0.81])
    others = (TEMPLATE, TEMPLATE)
    check = FaceCheck(FakeCamera(), engine, TEMPLATE, 0.38, TickingClock(), others)
    result = check.run(lambda _view: None, threading.Event())
    assert (result.kind, result.score, result.stranger_scores) == ("accepted", 0.31, (0.77, 0.81))


def test_check_that_fails_tells_its_best_score_or_that_there_was_no_picture() -> None:
    result, _ = run(FakeEngine(scores=[0.6, 0.5, 0.7]))
    assert (result.kind, result.closest, result.engine_id) == ("not_accepted", 0.5, "e")
    nobody, _ = run(FakeEngine(advice=[FaceAdvice.NO_FACE] * 10_000))
    assert nobody.closest is None


def test_worst_frame_of_the_accepted_try_is_told_also_when_it_did_not_match() -> None:
    """The first try's frames do not count: each try is an attempt of its own."""
    result, _ = run(FakeEngine(scores=[0.9, 0.9, 0.9, 0.3, 0.5, 0.31]))
    assert (result.kind, result.score, result.worst, result.attempts) == ("accepted", 0.3, 0.5, 2)
