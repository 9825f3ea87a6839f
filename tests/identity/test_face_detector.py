from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.identity.face_detector import Detection, FaceDetector
from kiosk.identity.face_tracker import FaceTracker
from kiosk.identity.hog_detector import HogDetector
from kiosk.identity.yunet_detector import YunetDetector
from kiosk.models.manifest import YUNET
from kiosk.services.ports import FaceBox, Frame
from tests.identity.engines import media_models
from tests.identity.people import SINGLE_PORTRAITS, as_camera_frame


@pytest.fixture(scope="module", params=["hog", "yunet"])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    """One suite for every detector; none remembers anything."""
    if request.param == "hog":
        return HogDetector()
    return YunetDetector(media_models().checked_path(YUNET))


@pytest.fixture
def tracker(detector: FaceDetector) -> FaceTracker:
    return FaceTracker(detector)


def _shifted(frame: Frame, x: int, y: int) -> Frame:
    moved = cv2.warpAffine(frame, np.array([[1.0, 0.0, x], [0.0, 1.0, y]]), (640, 480))
    return np.asarray(moved, dtype=np.uint8)


def _overlap(one: FaceBox, other: FaceBox) -> float:
    """Area in both as a share of the area in either."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    common = max(0, width) * max(0, height)
    areas = sum((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return common / (areas - common)


def _box(detection: Detection) -> FaceBox:
    assert detection.main is not None
    return detection.main.box


def test_follow_stays_on_the_face_when_it_moves(
    tracker: FaceTracker, detector: FaceDetector, faces: Path
) -> None:
    frame = as_camera_frame(faces / SINGLE_PORTRAITS["biden"][0])

    for step in range(0, 12, 2):
        moved = _shifted(frame, 6 * step, -3 * step)
        followed, alone = _box(tracker.follow(moved)), _box(detector.scan(moved))
        assert _overlap(followed, alone) > 0.5


def test_follow_sees_a_second_person_soon_when_one_joins(tracker: FaceTracker, faces: Path) -> None:
    one = as_camera_frame(faces / SINGLE_PORTRAITS["biden"][0])
    half = cv2.resize(one, (320, 240), interpolation=cv2.INTER_AREA)
    alone = np.zeros_like(one)
    alone[120:360, :320] = half
    both = alone.copy()
    both[120:360, 320:] = half
    for _ in range(3):
        assert not tracker.follow(alone).has_companion

    seen = [tracker.follow(both).has_companion for _ in range(5)]

    assert any(seen)


def test_follow_forgets_the_last_picture_when_the_scene_changes(
    tracker: FaceTracker, faces: Path
) -> None:
    group = as_camera_frame(faces / "examples/two_people.jpg")
    single = as_camera_frame(faces / SINGLE_PORTRAITS["biden"][0])
    assert tracker.follow(group).has_companion

    detection = tracker.follow(single)

    assert detection.main is not None
    assert not detection.has_companion
    assert detection.previous_box is None


def test_follow_finds_nothing_when_the_person_has_left(tracker: FaceTracker, faces: Path) -> None:
    frame = as_camera_frame(faces / SINGLE_PORTRAITS["biden"][0])
    tracker.follow(frame)

    assert tracker.follow(np.full((480, 640, 3), 90, np.uint8)).main is None


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3), (40, 40), (79, 79)])
def test_scan_finds_nothing_when_the_picture_is_tiny(
    tracker: FaceTracker, size: tuple[int, int]
) -> None:
    assert tracker.follow(np.zeros((*size, 3), np.uint8)).main is None


def test_scan_gives_boxes_in_pixels_of_the_picture_when_it_is_large(
    detector: FaceDetector, faces: Path
) -> None:
    frame = as_camera_frame(faces / SINGLE_PORTRAITS["lin_manuel_miranda"][0])
    large = np.asarray(cv2.resize(frame, None, fx=3, fy=3), dtype=np.uint8)

    box, expected = _box(detector.scan(large)), _box(detector.scan(frame))

    tripled = FaceBox(
        *(3 * v for v in (expected.left, expected.top, expected.right, expected.bottom))
    )
    assert _overlap(box, tripled) > 0.7
