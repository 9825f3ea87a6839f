"""The whole check on a portrait that obeys: real detector, real embedder, real pictures, a clock that goes by them."""

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.config import KioskConfig, StorageConfig
from kiosk.demo.portraits import choose_portraits
from kiosk.devices.acted_camera import ActedCamera
from kiosk.face_engine import make_face_engine
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.identity.liveness.pose import PoseSample, pose_of
from kiosk.identity.liveness.session import LivenessSession
from kiosk.services.liveness_ports import Cue, LivenessView, Motion
from kiosk.services.ports import FaceObservation, Frame
from kiosk.services.verify_face import FaceCheck, FaceCheckResult
from tests.identity.liveness.stand_in import PictureClock, StillPictures
from tests.identity.people import FACES


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedFaceEngine:
    folder = tmp_path_factory.mktemp("state")
    made = make_face_engine(KioskConfig(storage=StorageConfig(str(folder), "file")), folder)
    made.warm_up()
    return made


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return choose_portraits(tmp_path_factory.mktemp("portraits")).live


class Recording(LivenessSession):
    """Keeps what it saw of the head: a film of this very check, as a detector would find it again."""

    def __init__(self, source: random.Random) -> None:
        super().__init__(source)
        self.track: list[PoseSample | None] = []

    def watch_pose(self, sample: PoseSample | None, now_s: float) -> None:
        self.track.append(sample)
        super().watch_pose(sample, now_s)


def replayed(track: list[PoseSample | None], rate: float, seed: int) -> bool:
    """Whether a film of that track, played again and again, passes the motions of a new check."""
    session = LivenessSession(random.Random(seed), has_colours=False)
    for n in range(round(100 * rate)):
        now_s = n / rate
        sample = track[n % len(track)]
        session.watch_pose(replace(sample, t_s=now_s) if sample is not None else None, now_s)
        if n == 6:
            session.begin(now_s)
        session.note_comparison(now_s, is_same=True)
        if session.verdict is not None:
            return session.verdict.is_live
    return False


def check(
    engine: EmbeddedFaceEngine, portrait: Path, *, obeys: bool, seed: int
) -> tuple[FaceCheckResult, Recording, list[Cue]]:
    clock = PictureClock(8.0 if obeys else 4.0)
    still = StillPictures(portrait, clock)
    camera = ActedCamera(still, lambda frame: engine.observe(frame).points, clock.rate)
    session = Recording(random.Random(seed))
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
    engine: EmbeddedFaceEngine,
    portrait: Path,
    record_property: Callable[[str, object], None],
) -> None:
    result, session, cues = check(engine, portrait, obeys=True, seed=1)
    assert session.verdict is not None
    assert (result.kind, result.is_live) == ("accepted", True), session.verdict
    assert "colours: correlation" in " ".join(session.verdict.remarks)
    assert {cue.value for cue in cues} & {motion.value for motion in Motion}
    assert Cue.WATCH_COLOURS in cues
    # the film of this check does not pass the next ones: their questions are others, at other times
    passed = sum(replayed(session.track, 8.0, 100 + seed) for seed in range(20))
    record_property("figure", f"liveness: the check's own film passed {passed}/20 later checks")
    assert passed <= 2


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


def test_film_of_somebody_who_speaks_is_no_answer(
    engine: EmbeddedFaceEngine, record_property: Callable[[str, object], None]
) -> None:
    """A recorded track: the film of the media, found picture by picture and played again and again."""
    path = FACES / "examples" / "short_hamilton_clip.mp4"
    if not path.is_file():
        pytest.skip("no film below XIANGLIN_MEDIA")
    rate, track = recorded(engine, path)
    found = sum(sample is not None for sample in track)
    assert found >= 20
    passed = sum(replayed(track, rate, seed) for seed in range(10))
    record_property(
        "figure",
        f"liveness: a film of {len(track) / rate:.0f} s, face in {found}/{len(track)} pictures, "
        f"passed {passed}/10 checks",
    )
    assert passed == 0


def recorded(engine: EmbeddedFaceEngine, path: Path) -> tuple[float, list[PoseSample | None]]:
    """What the engine sees in a film, about eight times a second."""
    film = cv2.VideoCapture(str(path))
    every = max(1, round(film.get(cv2.CAP_PROP_FPS) / 8.0))
    rate = film.get(cv2.CAP_PROP_FPS) / every
    track: list[PoseSample | None] = []
    for number in itertools.count():
        is_read, picture = film.read()
        if not is_read or len(track) >= 100:
            break
        if number % every:
            continue
        frame = np.asarray(picture, dtype=np.uint8)
        points = engine.observe(frame).points
        at_s = len(track) / rate
        track.append(pose_of(points, frame.shape[:2], at_s) if points is not None else None)
    film.release()
    return rate, track
