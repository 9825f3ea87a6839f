import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from kiosk.errors import CameraUnavailable, KioskError, ModelUnavailable
from kiosk.flows.actions import FaceAccepted
from kiosk.flows.face_result import face_action
from kiosk.services.liveness_ports import Cue, LivenessReason, LivenessVerdict, LivenessView
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


def test_only_an_accepted_picture_is_handed_on_for_the_template_and_never_printed() -> None:
    accepted, _ = run(FakeEngine(scores=[0.35, 0.31]))
    action = face_action(accepted)
    assert isinstance(action, FaceAccepted)
    assert action.embedding is not None
    assert action.embedding.shape == (4,)
    assert "embedding" not in repr(action) + repr(accepted)
    assert run(FakeEngine())[0].embedding is None


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


@dataclass
class FakeLiveness:
    """Ends after some pictures, with a verdict that the test chooses."""

    reason: LivenessReason = LivenessReason.SHOWN
    pictures: int = 4
    is_begun: bool = False
    watched: int = 0
    same: list[bool] = field(default_factory=list)

    def watch(self, frame: Frame, seen: FaceObservation, now_s: float) -> None:
        self.watched += 1

    def begin(self, now_s: float) -> None:
        self.is_begun = True

    def note_comparison(self, now_s: float, *, is_same: bool) -> None:
        self.same.append(is_same)

    @property
    def view(self) -> LivenessView | None:
        return LivenessView(Cue.NOD, 2, 0.25) if self.is_begun else None

    @property
    def verdict(self) -> LivenessVerdict | None:
        is_over = self.reason is LivenessReason.FROZEN or self.is_begun
        is_over = is_over and self.watched >= self.pictures
        return LivenessVerdict(self.reason) if is_over else None


def run_with(
    liveness: FakeLiveness, engine: FakeEngine
) -> tuple[FaceCheckResult, list[FaceView], list[LivenessView]]:
    views: list[FaceView] = []
    told: list[LivenessView] = []
    check = FaceCheck(
        FakeCamera(), engine, TEMPLATE, 0.38, TickingClock(), (), lambda: liveness, told.append
    )
    return check.run(views.append, threading.Event()), views, told


@pytest.mark.parametrize(
    ("reason", "kind", "is_live"),
    [
        (LivenessReason.SHOWN, "accepted", True),
        (LivenessReason.NO_ANSWER, "accepted", False),
        (LivenessReason.WRONG_MOTION, "accepted", False),
        (LivenessReason.NO_POINTS, "accepted", False),
        (LivenessReason.NO_REFLECTION, "accepted", False),
        (LivenessReason.NOT_ASKED, "accepted", False),
        (LivenessReason.FACE_CHANGED, "not_accepted", False),
    ],
)
def test_face_is_live_only_when_shown_and_nobody_is_turned_away_for_a_stiff_neck(
    reason: LivenessReason, kind: str, is_live: bool
) -> None:
    result, _, _ = run_with(FakeLiveness(reason), FakeEngine(scores=[0.31] * 9))
    assert (result.kind, result.is_live) == (kind, is_live)
    assert result.closest is None
    assert result.is_other_face is (reason is LivenessReason.FACE_CHANGED)


def test_motions_are_asked_after_the_match_and_each_picture_is_compared_with_it() -> None:
    liveness = FakeLiveness(pictures=6)
    engine = FakeEngine(scores=[0.3, 0.3, 0.2, 0.9, 0.2, 0.2], advice=[FaceAdvice.TOO_FAR])
    result, views, told = run_with(liveness, engine)
    assert result.is_live
    assert liveness.same == [True, False, True]
    assert [view.cue for view in told] == [Cue.NOD] * 3
    assert [view.liveness is None for view in views] == [True] * 3 + [False] * 3


def test_while_a_motion_is_made_only_real_obstacles_are_said() -> None:
    advice = [None, None, FaceAdvice.TURNED_AWAY, FaceAdvice.NO_FACE, FaceAdvice.TOO_NEAR]
    _, views, _ = run_with(FakeLiveness(pictures=5), FakeEngine(scores=[0.3] * 9, advice=advice))
    assert [view.advice for view in views[2:]] == [None, FaceAdvice.NO_FACE, None]


def test_camera_that_stands_still_is_a_fault_and_no_match() -> None:
    result, _, _ = run_with(
        FakeLiveness(LivenessReason.FROZEN, pictures=1), FakeEngine(scores=[0.3] * 9)
    )
    assert (result.kind, result.code, result.is_live) == ("unavailable", "KSK-301", False)


def test_without_liveness_nothing_is_assumed() -> None:
    result, _ = run(FakeEngine(scores=[0.35, 0.31]))
    assert not result.is_live
