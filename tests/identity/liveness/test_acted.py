"""The whole check on a portrait that obeys: real detector, real embedder, real pictures, a clock that goes by them."""

import random
import threading
from pathlib import Path

import pytest

from kiosk.config import KioskConfig, StorageConfig
from kiosk.demo.portraits import choose_portraits
from kiosk.devices.acted_camera import ActedCamera
from kiosk.face_engine import make_face_engine
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.identity.liveness.session import LivenessSession
from kiosk.services.liveness_ports import Cue, LivenessView, Motion
from kiosk.services.ports import FaceObservation, Frame
from kiosk.services.verify_face import FaceCheck, FaceCheckResult
from tests.identity.liveness.stand_in import PictureClock, StillPictures


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedFaceEngine:
    folder = tmp_path_factory.mktemp("state")
    made = make_face_engine(KioskConfig(storage=StorageConfig(str(folder), "file")), folder)
    made.warm_up()
    return made


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return choose_portraits(tmp_path_factory.mktemp("portraits")).live


def check(
    engine: EmbeddedFaceEngine, portrait: Path, *, obeys: bool, seed: int
) -> tuple[FaceCheckResult, LivenessSession, list[Cue]]:
    clock = PictureClock(8.0 if obeys else 4.0)
    still = StillPictures(portrait, clock)
    camera = ActedCamera(still, lambda frame: engine.observe(frame).points, clock.rate)
    session = LivenessSession(random.Random(seed))
    cues: list[Cue] = []

    def tell(view: LivenessView) -> None:
        cues.append(view.cue)
        if obeys:
            camera.hear(view)

    template = engine.enrol((still.read(),))
    run = FaceCheck(
        camera, engine, template, engine.threshold, clock, (), lambda: session, tell
    ).run
    return run(lambda _view: None, threading.Event()), session, cues


def test_portrait_that_obeys_is_shown_to_be_there_by_motions_and_colours(
    engine: EmbeddedFaceEngine, portrait: Path
) -> None:
    result, session, cues = check(engine, portrait, obeys=True, seed=1)
    assert session.verdict is not None
    assert (result.kind, result.is_live) == ("accepted", True), session.verdict
    assert "colours: correlation" in " ".join(session.verdict.remarks)
    assert {cue.value for cue in cues} & {motion.value for motion in Motion}
    assert Cue.WATCH_COLOURS in cues


def test_the_same_portrait_that_does_not_obey_is_no_living_person(
    engine: EmbeddedFaceEngine, portrait: Path
) -> None:
    """It still counts as the one factor that it was before."""
    result, _, _ = check(engine, portrait, obeys=False, seed=1)
    assert (result.kind, result.is_live) == ("accepted", False)


def test_camera_whose_pictures_are_all_alike_is_a_fault(
    engine: EmbeddedFaceEngine, portrait: Path
) -> None:
    clock = PictureClock()
    still = StillPictures(portrait, clock)

    class Unsure:
        """Never good enough to compare, as a face at the edge of the picture."""

        engine_id = engine.engine_id
        threshold = engine.threshold

        def warm_up(self) -> None:
            pass

        def observe(self, frame: Frame) -> FaceObservation:
            return FaceObservation(None, None, 0.0)

    run = FaceCheck(
        still,
        Unsure(),  # type: ignore[arg-type]
        engine.enrol((still.read(),)),
        engine.threshold,
        clock,
        (),
        LivenessSession,
    ).run
    result = run(lambda _view: None, threading.Event())
    assert (result.kind, result.code) == ("unavailable", "KSK-301")
