import pytest

from kiosk.identity.liveness.pose import pose_of
from kiosk.services.ports import FacePoints
from tests.identity.liveness.heads import FLAT_MM, FRAME_SIZE, Stance, points_of


@pytest.mark.parametrize("yaw", [-30.0, -15.0, 15.0, 30.0])
def test_turn_is_measured_to_the_persons_own_side(yaw: float) -> None:
    sample = pose_of(points_of(Stance(yaw=yaw)), FRAME_SIZE, 0.0)
    assert sample is not None
    assert sample.yaw == pytest.approx(yaw, abs=3.0)
    assert abs(sample.pitch) < 4.0


@pytest.mark.parametrize("without_mouth", [False, True])
def test_nod_is_measured_from_the_head_at_rest(without_mouth: bool) -> None:
    angles = []
    for pitch in (0.0, 15.0):
        points = points_of(Stance(pitch=pitch))
        if without_mouth:
            points = FacePoints(points.right_eye, points.left_eye, points.nose)
        sample = pose_of(points, FRAME_SIZE, 0.0)
        assert sample is not None
        angles.append(sample.pitch)
    assert angles[1] - angles[0] == pytest.approx(15.0, abs=3.0)


@pytest.mark.parametrize("angle", [-40.0, -20.0, 20.0, 40.0])
def test_flat_picture_does_not_turn_however_it_is_held(angle: float) -> None:
    for stance in (Stance(yaw=angle), Stance(pitch=angle), Stance(yaw=angle, pitch=angle / 2)):
        sample = pose_of(points_of(stance, FLAT_MM), FRAME_SIZE, 0.0)
        assert sample is not None
        assert max(abs(sample.yaw), abs(sample.pitch)) < 5.0


def test_size_is_that_of_the_face_looking_ahead() -> None:
    sizes = []
    for stance in (Stance(), Stance(yaw=28.0), Stance(away_mm=450.0)):
        sample = pose_of(points_of(stance), FRAME_SIZE, 0.0)
        assert sample is not None
        sizes.append(sample.size)
    assert sizes[1] == pytest.approx(sizes[0], rel=0.05)
    assert sizes[2] == pytest.approx(sizes[0] * 550 / 450, rel=0.03)


def test_points_in_one_place_are_no_face() -> None:
    one = (100.0, 100.0)
    assert pose_of(FacePoints(one, one, one), FRAME_SIZE, 0.0) is None
    assert pose_of(FacePoints(one, one, one, one, one), FRAME_SIZE, 0.0) is None
