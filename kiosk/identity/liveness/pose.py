"""Where a head points and how near it is, from eyes, nose and mouth corners: pure arithmetic.

The plane of eyes and mouth is fitted; what the nose does beside it tells the direction, because it alone stands out of
that plane. A flat picture that is tilted, bent back or moved keeps its nose in the plane, and does not turn.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from kiosk.services.ports import FacePoints

NOSE_DEPTH = 0.5
"""Eye distances between the tip of the nose and the plane of eyes and mouth.

Source: as ``face_quality.MAXIMUM_NOSE_SHIFT`` has it, 0.45 for the base; the tip stands out a little more. A wrong
depth scales all angles of a visit alike, and the limits are wide.
"""
_NOSE_DROP, _MOUTH_DROP, _MOUTH_HALF = 0.57, 1.155, 0.41
"""Eye distances. Source: the five reference points of ArcFace (Deng et al., 2019)."""
_FACE = np.array(
    [
        (-0.5, 0.0, 0.0, 1.0),
        (0.5, 0.0, 0.0, 1.0),
        (0.0, _NOSE_DROP, NOSE_DEPTH, 1.0),
        (-_MOUTH_HALF, _MOUTH_DROP, 0.0, 1.0),
        (_MOUTH_HALF, _MOUTH_DROP, 0.0, 1.0),
    ]
)
"""Across, down, towards the camera, 1; of a face that looks into the camera."""
_FIT: npt.NDArray[np.float64] = np.linalg.pinv(_FACE)
_BASE_DEPTH, _BASE_DROP = 0.40, 0.72
"""Eye distances: of the base of the nose, which dlib gives in the place of its tip."""

_Pair: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PoseSample:
    """One look at a head; angles are good for comparing with each other, not true to the degree."""

    t_s: float
    """Monotonic."""
    yaw: float
    """Degrees; positive to the person's own left, which is right in the picture."""
    pitch: float
    """Degrees; positive down."""
    size: float
    """The distance of the eyes of this face looking straight ahead, as a share of the frame's shorter side."""
    x: float
    y: float
    """The middle of the eyes, as a share of the frame's width and height."""
    has_mouth: bool = True
    """Without one, a picture that is tilted seems to nod, and one tilted about two axes to turn."""


def pose_of(points: FacePoints, frame_size: tuple[int, int], t_s: float) -> PoseSample | None:
    """Measure a head.

    Args:
        points: pixels of the frame.
        frame_size: (height, width), pixels.
        t_s: monotonic time of the picture.
    Returns:
        None when the points make no face.
    """
    height, width = frame_size
    right, left = points.right_eye, points.left_eye
    if points.right_mouth is not None and points.left_mouth is not None:
        mouth: tuple[_Pair, ...] = (points.right_mouth, points.left_mouth)
        measured = _from_plane(np.array([right, left, points.nose, *mouth], dtype=np.float64))
    else:
        mouth = ()
        measured = _from_eyes(right, left, points.nose)
    if measured is None or not all(math.isfinite(value) for value in measured):
        return None
    yaw, pitch, pixels = measured
    return PoseSample(
        t_s,
        yaw,
        pitch,
        pixels / min(height, width),
        float(right[0] + left[0]) / 2 / width,
        float(right[1] + left[1]) / 2 / height,
        bool(mouth),
    )


def _from_plane(seen: npt.NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Yaw, pitch and eye distance by a scaled orthographic fit.

    Args:
        seen: shape (5, 2).
    """
    across, down = (_FIT @ seen)[:3].T
    scale = float(np.linalg.norm(across) + np.linalg.norm(down)) / 2
    if scale < 1.0:
        return None
    ahead = np.clip((across[2] / scale, down[2] / scale), -1.0, 1.0)
    return math.degrees(math.asin(ahead[0])), math.degrees(math.asin(ahead[1])), scale


def _from_eyes(right: _Pair, left: _Pair, nose: _Pair) -> tuple[float, float, float] | None:
    """Without a mouth the pitch is that of the nose below the eyes; a tilted picture deceives it, which is weak."""
    between = (left[0] - right[0], left[1] - right[1])
    distance = math.hypot(*between)
    if distance < 1.0:
        return None
    along = (between[0] / distance, between[1] / distance)
    offset = (nose[0] - (right[0] + left[0]) / 2, nose[1] - (right[1] + left[1]) / 2)
    shift = (offset[0] * along[0] + offset[1] * along[1]) / distance
    drop = (offset[1] * along[0] - offset[0] * along[1]) / distance
    yaw = math.atan(shift / _BASE_DEPTH)
    # A straight line, as the true curve bends back within the range of a nod.
    pitch = (drop * math.cos(yaw) - _BASE_DROP) / _BASE_DEPTH
    return math.degrees(yaw), math.degrees(pitch), distance / math.cos(yaw)
