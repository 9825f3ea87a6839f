"""Says what is wrong with a face picture: pure functions over numbers, no models.

The limits were set on 43 portraits (every second single portrait of the deepface and face_recognition examples),
letter-boxed to 640x480 and made worse step by step. "Drift" below is the median Euclidean distance between the
embedding of the worse picture and that of the good one; decisions are made at 0.38, so a limit stands where the
drift reaches about half of it.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.services.ports import FaceAdvice, FaceBox, FacePoints

MINIMUM_LUMA = 50.0
"""Mean brightness of the face. Measured with sensor noise: drift 0.12 at 86, 0.17 at 57, 0.21 at 42, 0.27 at 28.

Low on purpose: dark skin in good light measured 59 to 99, and must not be told that it is "too dark".
"""
MAXIMUM_LUMA = 205.0
"""Measured with clipping: drift 0.08 at 171, 0.15 at 190, 0.26 at 213, 0.36 at 227; good portraits reach 188."""
MINIMUM_WIDTH_SHARE = 0.17
"""Of the frame's shorter side: 82 pixels at 640x480, where the detector starts to miss faces."""
MAXIMUM_WIDTH_SHARE = 0.72
"""Of the frame's shorter side: above it forehead or chin leave the picture. The largest good portrait had 0.60."""
MAXIMUM_OFFSET_X = 0.30
MAXIMUM_OFFSET_Y = 0.38
"""Generous, because short, tall and seated people must all do; a cut face is caught by its box instead."""
MAXIMUM_NOSE_SHIFT = 0.22
"""Eye distances. The nose stands out by about 0.45 of them, so this is asin(0.22 / 0.45) = 29 degrees of turn.

Good portraits measured at most 0.18, a face in half profile 0.40.
"""
NOSE_DROP_RANGE = (0.50, 1.00)
"""Eye distances. Good portraits measured 0.56 to 0.90; outside, the head is bent far back or down."""
TIP_ABOVE_BASE = 0.19
"""Eye distances. Source: medians over 56 photographs, the base 0.75 below the eyes' line, YuNet's tip 0.565."""
MAXIMUM_ROLL_DEGREES = 25.0
"""Alignment levels the eyes, so a tilted head does no harm; above this the detector misses faces."""
MINIMUM_SHARPNESS = 18.0
"""Measured medians: blur with sigma 1.5 px gives 21 and drift 0.18, sigma 2 gives 14 and 0.25; a sideways smear of
7 px gives 19 and 0.19, of 9 px 14 and 0.26. Good portraits measured 37 and more."""
LEAST_EYE_DETAIL = 1.5
LEAST_MOUTH_DETAIL = 2.2
"""Mean step between two rows around eyes and mouth, per cent of the face's brightness. An open part of a face has edges
there; a mask, dark glasses or a hand have few.

Source: 75 portraits with both detectors, also dark, bright and blurred as far as the gate lets them through: eyes 1.84
and more, mouths 2.4 and more. Painted over in one colour and seen by YuNet: masks 217 of 217, a low scarf 61 of 73,
dark glasses 66 of 73, a hand on the mouth 72 of 73, on one eye 72 of 72. A patterned mask or spread fingers may pass.
"""
COVERED_SHARE = 0.5
"""Detail of a covered part against that of the other: where both are low, the picture is blurred or dark."""
MOVING_SHARE = 0.15
"""Share of the face's width between two frames: above it a blurred picture is blurred by motion."""

_CENTRE = slice(30, 120)
"""Rows and columns of the 150-pixel chip that hold skin, eyes, nose and mouth, but no background."""
_RIGHT_EYE, _LEFT_EYE = (slice(38, 54), slice(32, 60)), (slice(38, 54), slice(88, 116))
_MOUTH = (slice(90, 112), slice(48, 100))
_ALONG_ROWS = np.array([[1.0, -2.0, 1.0]])


@dataclass(frozen=True, slots=True)
class FaceGeometry:
    """Where the head points, from five points."""

    nose_shift: float
    """Distance of the nose from the middle between the eyes, along the eyes' line, in eye distances."""
    nose_drop: float
    """Distance of the nose below the eyes' line, in eye distances."""
    roll_degrees: float
    """How far the eyes' line is from level; positive is clockwise in the picture."""


@dataclass(frozen=True, slots=True)
class FaceMeasurements:
    """All numbers that the advice depends on."""

    width_share: float
    """Width of the face box as a share of the frame's shorter side."""
    offset_x: float
    """Distance of the box's centre from the frame's centre, as a share of the frame's width."""
    offset_y: float
    """The same, as a share of the frame's height."""
    is_inside: bool
    """The box lies wholly in the frame."""
    luma: float
    """Mean brightness of the face, 0 to 255."""
    sharpness: float
    """See ``measure_sharpness``."""
    eye_detail: float
    """Of the eye that has less, see ``LEAST_EYE_DETAIL``."""
    mouth_detail: float
    geometry: FaceGeometry
    moved_share: float
    """How far the box moved since the last frame, as a share of its width; 0 when there was none."""


def geometry_of_nose_base(points: npt.NDArray[np.float64]) -> FaceGeometry:
    """Derive the head's direction from dlib's five points.

    Args:
        points: shape (5, 2), pixels: two corners of the eye at the picture's right, two of the one at its left,
            the base of the nose.
    """
    return _geometry(points[2:4].mean(axis=0), points[0:2].mean(axis=0), points[4], 0.0)


def geometry_of_nose_tip(points: FacePoints) -> FaceGeometry:
    """The same from eyes and the tip of the nose, in terms of the nose's base."""
    return _geometry(
        np.array(points.right_eye), np.array(points.left_eye), np.array(points.nose), TIP_ABOVE_BASE
    )


def _geometry(
    picture_left: npt.NDArray[np.float64],
    picture_right: npt.NDArray[np.float64],
    nose_at: npt.NDArray[np.float64],
    lift: float,
) -> FaceGeometry:
    between = picture_right - picture_left
    distance = max(float(np.hypot(*between)), 1e-6)
    along = between / distance
    down = np.array([-along[1], along[0]])
    nose = nose_at - (picture_left + picture_right) / 2
    return FaceGeometry(
        nose_shift=float(nose @ along) / distance,
        nose_drop=float(nose @ down) / distance + lift,
        roll_degrees=math.degrees(math.atan2(between[1], between[0])),
    )


def measure_sharpness(luma: npt.NDArray[np.uint8]) -> float:
    """Measure how much fine detail a face has in the direction in which it has least.

    Twice the smaller one of the variances of both second derivatives. The usual variance of the Laplacian is their
    sum, which stays high when a face moves sideways, because the smear leaves lines along the motion sharp.

    Args:
        luma: any size, shades of grey.
    Source: Pech-Pacheco et al. 2000 for the variance of the Laplacian; the split is this project's.
    """
    import cv2

    shades = luma.astype(np.float32)
    along_rows = cv2.filter2D(shades, -1, _ALONG_ROWS).var()
    along_columns = cv2.filter2D(shades, -1, _ALONG_ROWS.T).var()
    return 2.0 * float(min(along_rows, along_columns))


def measure_detail(
    chip_luma: npt.NDArray[np.uint8], *parts: tuple[slice, slice]
) -> tuple[float, ...]:
    """How much the shades change from row to row in parts of a chip, per cent of the face's brightness.

    Args:
        chip_luma: shape (150, 150).
        parts: rows and columns.
    """
    import cv2

    smooth = cv2.GaussianBlur(chip_luma.astype(np.float32), (0, 0), 1.0)
    steps = np.abs(np.diff(smooth, axis=0))
    bright = max(1.0, float(chip_luma[_CENTRE, _CENTRE].mean()))
    return tuple(100.0 * float(steps[part].mean()) / bright for part in parts)


def measure(
    box: FaceBox,
    frame_size: tuple[int, int],
    chip_luma: npt.NDArray[np.uint8],
    geometry: FaceGeometry,
    last_box: FaceBox | None,
) -> FaceMeasurements:
    """Take all measurements of one face.

    Args:
        box: the face, pixels of the frame.
        frame_size: (height, width), pixels.
        chip_luma: shape (150, 150), the aligned face in shades of grey.
        geometry: where the head points.
        last_box: where the face was in the frame before.
    """
    height, width = frame_size
    centre = chip_luma[_CENTRE, _CENTRE]
    *eyes, mouth = measure_detail(chip_luma, _RIGHT_EYE, _LEFT_EYE, _MOUTH)
    box_width = max(1, box.right - box.left)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    moved = 0.0
    if last_box is not None:
        last_x, last_y = (
            (last_box.left + last_box.right) / 2,
            (last_box.top + last_box.bottom) / 2,
        )
        moved = math.hypot(x - last_x, y - last_y) / box_width
    return FaceMeasurements(
        width_share=box_width / min(height, width),
        offset_x=abs(x - width / 2) / width,
        offset_y=abs(y - height / 2) / height,
        is_inside=box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height,
        luma=float(centre.mean()),
        sharpness=measure_sharpness(centre),
        eye_detail=min(eyes),
        mouth_detail=mouth,
        geometry=geometry,
        moved_share=moved,
    )


def advise(face: FaceMeasurements) -> FaceAdvice | None:
    """Name the first thing to improve, or None when the picture can be compared."""
    light = _advise_light(face)
    if light is not None:
        return light
    if face.width_share < MINIMUM_WIDTH_SHARE:
        return FaceAdvice.TOO_FAR
    if face.width_share > MAXIMUM_WIDTH_SHARE:
        return FaceAdvice.TOO_NEAR
    if not is_centred(face):
        return FaceAdvice.OFF_CENTRE
    if not is_frontal(face.geometry):
        return FaceAdvice.TURNED_AWAY
    if is_covered(face):
        return FaceAdvice.OCCLUDED
    if face.sharpness < MINIMUM_SHARPNESS:
        is_moving = face.moved_share > MOVING_SHARE
        return FaceAdvice.HOLD_STILL if is_moving else FaceAdvice.BLURRED
    return None


def _advise_light(face: FaceMeasurements) -> FaceAdvice | None:
    if face.luma < MINIMUM_LUMA:
        return FaceAdvice.TOO_DARK
    if face.luma > MAXIMUM_LUMA:
        return FaceAdvice.TOO_BRIGHT
    return None


def is_centred(face: FaceMeasurements) -> bool:
    """Whether the face is wholly in the picture and not at its edge."""
    return (
        face.is_inside and face.offset_x <= MAXIMUM_OFFSET_X and face.offset_y <= MAXIMUM_OFFSET_Y
    )


def is_covered(face: FaceMeasurements) -> bool:
    """Whether something hides mouth or eyes."""
    eyes, mouth = face.eye_detail, face.mouth_detail
    is_mouth = mouth < LEAST_MOUTH_DETAIL and mouth < COVERED_SHARE * eyes
    return is_mouth or (eyes < LEAST_EYE_DETAIL and eyes < COVERED_SHARE * mouth)


def is_frontal(geometry: FaceGeometry) -> bool:
    """Whether the head looks about at the camera."""
    lowest, highest = NOSE_DROP_RANGE
    return (
        abs(geometry.nose_shift) <= MAXIMUM_NOSE_SHIFT
        and lowest <= geometry.nose_drop <= highest
        and abs(geometry.roll_degrees) <= MAXIMUM_ROLL_DEGREES
    )


def quality(face: FaceMeasurements) -> float:
    """Order good pictures among each other: 0 worst, 1 best; not a probability.

    Source: chosen, not fitted: each factor falls from 1 towards 0 with the distance from an ideal portrait.
    """
    size = min(1.0, face.width_share / 0.35)
    sharp = min(1.0, face.sharpness / 180.0)
    light = max(0.0, 1.0 - abs(face.luma - 140.0) / 140.0)
    front = max(0.0, 1.0 - abs(face.geometry.nose_shift) / 0.4)
    return float(size * math.sqrt(sharp) * light * front)
