from dataclasses import replace

import numpy as np
import pytest

from kiosk.identity.face_quality import (
    FaceGeometry,
    FaceMeasurements,
    advise,
    geometry_of_nose_base,
    measure,
    measure_sharpness,
    quality,
)
from kiosk.services.ports import FaceAdvice, FaceBox

GOOD = FaceMeasurements(
    width_share=0.35,
    offset_x=0.02,
    offset_y=0.05,
    is_inside=True,
    luma=140.0,
    sharpness=180.0,
    eye_detail=7.0,
    mouth_detail=6.0,
    geometry=FaceGeometry(nose_shift=0.0, nose_drop=0.75, roll_degrees=0.0),
    moved_share=0.0,
)
LEVEL_FACE = np.array([(140, 100), (120, 100), (60, 100), (80, 100), (100, 145)], dtype=np.float64)


def test_advise_asks_for_nothing_when_the_picture_is_good() -> None:
    assert advise(GOOD) is None


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"luma": 49.0}, FaceAdvice.TOO_DARK),
        ({"luma": 206.0}, FaceAdvice.TOO_BRIGHT),
        ({"width_share": 0.16}, FaceAdvice.TOO_FAR),
        ({"width_share": 0.73}, FaceAdvice.TOO_NEAR),
        ({"offset_x": 0.31}, FaceAdvice.OFF_CENTRE),
        ({"offset_y": 0.39}, FaceAdvice.OFF_CENTRE),
        ({"is_inside": False}, FaceAdvice.OFF_CENTRE),
        ({"mouth_detail": 2.1}, FaceAdvice.OCCLUDED),
        ({"eye_detail": 1.4}, FaceAdvice.OCCLUDED),
        ({"geometry": FaceGeometry(0.23, 0.75, 0.0)}, FaceAdvice.TURNED_AWAY),
        ({"geometry": FaceGeometry(-0.23, 0.75, 0.0)}, FaceAdvice.TURNED_AWAY),
        ({"geometry": FaceGeometry(0.0, 0.45, 0.0)}, FaceAdvice.TURNED_AWAY),
        ({"geometry": FaceGeometry(0.0, 1.05, 0.0)}, FaceAdvice.TURNED_AWAY),
        ({"geometry": FaceGeometry(0.0, 0.75, -26.0)}, FaceAdvice.TURNED_AWAY),
        ({"sharpness": 17.0}, FaceAdvice.BLURRED),
        ({"sharpness": 17.0, "moved_share": 0.2}, FaceAdvice.HOLD_STILL),
    ],
)
def test_advise_names_the_fault_when_one_number_is_bad(
    changed: dict[str, object], advice: FaceAdvice
) -> None:
    assert advise(replace(GOOD, **changed)) is advice  # type: ignore[arg-type]


def test_advise_names_the_light_first_when_everything_is_bad() -> None:
    face = replace(GOOD, luma=10.0, width_share=0.05, sharpness=0.0, is_inside=False)

    assert advise(face) is FaceAdvice.TOO_DARK


def test_geometry_is_level_when_the_eyes_are_level() -> None:
    geometry = geometry_of_nose_base(LEVEL_FACE)

    assert geometry.nose_shift == pytest.approx(0.0)
    assert geometry.nose_drop == pytest.approx(0.75)
    assert geometry.roll_degrees == pytest.approx(0.0)


@pytest.mark.parametrize("degrees", [-20.0, 15.0])
def test_geometry_keeps_the_nose_in_place_when_the_head_tilts(degrees: float) -> None:
    angle = np.radians(degrees)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    geometry = geometry_of_nose_base((LEVEL_FACE - 100) @ rotation.T + 100)

    assert geometry.roll_degrees == pytest.approx(degrees)
    assert geometry.nose_shift == pytest.approx(0.0, abs=1e-9)
    assert geometry.nose_drop == pytest.approx(0.75)


def test_geometry_stays_finite_when_all_points_coincide() -> None:
    geometry = geometry_of_nose_base(np.zeros((5, 2)))

    assert np.isfinite([geometry.nose_shift, geometry.nose_drop, geometry.roll_degrees]).all()


def test_measure_takes_shares_of_the_shorter_side_when_the_frame_is_upright() -> None:
    grain = np.random.default_rng(1).integers(0, 255, (150, 150), dtype=np.uint8)
    box = FaceBox(140, 220, 340, 420)

    upright = measure(
        box, (640, 480), grain, geometry_of_nose_base(LEVEL_FACE), FaceBox(100, 220, 300, 420)
    )

    assert upright.width_share == pytest.approx(200 / 480)
    assert upright.offset_x == pytest.approx(0.0)
    assert upright.is_inside
    assert upright.moved_share == pytest.approx(0.2)


def test_sharpness_falls_when_a_picture_is_smeared_in_one_direction() -> None:
    grain = np.random.default_rng(2).integers(0, 255, (90, 90), dtype=np.uint8)
    sideways = np.stack([np.roll(grain, i, axis=1) for i in range(9)]).mean(axis=0)

    assert measure_sharpness(sideways.astype(np.uint8)) < measure_sharpness(grain) / 20


def test_quality_falls_when_the_face_turns() -> None:
    turned = replace(GOOD, geometry=FaceGeometry(0.2, 0.75, 0.0))

    assert 0.0 <= quality(turned) < quality(GOOD) <= 1.0
