"""Turns a found face into the upright picture that an embedder was trained on, and into what the gate looks at."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kiosk.errors import ModelUnavailable
from kiosk.identity.face_detector import DetectedFace
from kiosk.identity.face_quality import (
    FaceGeometry,
    geometry_of_nose_base,
    geometry_of_nose_tip,
)
from kiosk.models.manifest import LANDMARK_MODEL
from kiosk.models.store import ModelStore
from kiosk.services.ports import FacePoints, Frame

FloatArray = npt.NDArray[np.float64]
Chip = npt.NDArray[np.uint8]
"""An aligned face: shape (side, side, 3), RGB."""

DLIB_SIDE = 150
DLIB_PADDING = 0.25
"""Share of the face's size left on each side of the chip; the network was trained with it."""
ARCFACE_SIDE = 112
_ARCFACE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where right eye, left eye, nose and the corners of the mouth belong. Source: InsightFace, ``arcface_dst``."""
_AS_DLIB = np.array([[46.3, 45.6], [101.7, 45.6], [74.3, 78.1], [49.7, 100.4], [98.7, 100.4]])
"""Where YuNet's points lie in dlib's chips: medians over 42 photographs, made symmetric. The gate's limits of light
and sharpness were measured on such chips, so it looks at one whatever the embedder takes."""


@dataclass(frozen=True, slots=True)
class FaceLook:
    """What the quality gate judges."""

    chip: Chip
    """As dlib aligns, 150 pixels."""
    points: FacePoints
    geometry: FaceGeometry


class FaceAligner(Protocol):
    """Puts faces upright."""

    def chip(self, frame: Frame, face: DetectedFace) -> Chip:
        """For the embedder."""

    def look(self, frame: Frame, face: DetectedFace) -> FaceLook:
        """For the gate."""


class Dlib150Aligner:
    """By dlib's own five points, whoever found the box: what the weights of dlib's network were trained with."""

    def __init__(self, models: ModelStore) -> None:
        """Load the points.

        Raises:
            ModelUnavailable: missing or damaged.
        """
        import dlib

        path = models.checked_path(LANDMARK_MODEL)
        try:
            self._points: Any = dlib.shape_predictor(str(path))
        except RuntimeError as error:
            raise ModelUnavailable("dlib cannot read the weights of the face points") from error

    def chip(self, frame: Frame, face: DetectedFace) -> Chip:
        """The aligned face."""
        return self._aligned(frame, face)[0]

    def look(self, frame: Frame, face: DetectedFace) -> FaceLook:
        """The same chip, with eyes and nose where the detector knows no more."""
        chip, five = self._aligned(frame, face)
        return FaceLook(chip, face.points or _eyes_and_nose(five), geometry_of_nose_base(five))

    def _aligned(self, frame: Frame, face: DetectedFace) -> tuple[Chip, FloatArray]:
        import cv2
        import dlib

        picture = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        box = face.box
        rectangle = dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)
        shape = self._points(picture, rectangle)
        five = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
        chip = dlib.get_face_chip(picture, shape, DLIB_SIDE, DLIB_PADDING)
        return np.asarray(chip, dtype=np.uint8), five


class ArcFace112Aligner:
    """By the detector's five points, as every embedder of the ArcFace family wants it."""

    def chip(self, frame: Frame, face: DetectedFace) -> Chip:
        """The aligned face.

        Raises:
            ValueError: the detector knows no five points.
        """
        return warped(frame, similarity(_five(_known(face)), _ARCFACE), ARCFACE_SIDE)

    def look(self, frame: Frame, face: DetectedFace) -> FaceLook:
        """A chip as dlib's, from the same points."""
        points = _known(face)
        chip = warped(frame, similarity(_five(points), _AS_DLIB), DLIB_SIDE)
        return FaceLook(chip, points, geometry_of_nose_tip(points))


def similarity(source: FloatArray, target: FloatArray) -> FloatArray:
    """The turn, scale and shift that bring points nearest to others, by least squares; no mirror image.

    Args:
        source: shape (n, 2).
        target: shape (n, 2).
    Returns:
        shape (2, 3), for ``cv2.warpAffine``.
    Source: Umeyama 1991; in the plane the best turn has this closed form.
    """
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    x, y = (source - middle).T
    u, v = (target - goal).T
    size = max(float(x @ x + y @ y), 1e-9)
    along, across = float(x @ u + y @ v) / size, float(x @ v - y @ u) / size
    turn = np.array([[along, -across], [across, along]])
    return np.hstack([turn, (goal - turn @ middle)[:, None]])


def warped(frame: Frame, transform: FloatArray, side: int) -> Chip:
    """A square chip, RGB.

    Args:
        frame: BGR.
        transform: shape (2, 3), from the frame to the chip.
        side: pixels.
    """
    import cv2

    chip = cv2.warpAffine(frame, transform, (side, side), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(chip, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _known(face: DetectedFace) -> FacePoints:
    if face.points is None:
        raise ValueError("this alignment needs five points")
    return face.points


def _five(points: FacePoints) -> FloatArray:
    if points.right_mouth is None or points.left_mouth is None:
        raise ValueError("this alignment needs five points")
    return np.array(
        [points.right_eye, points.left_eye, points.nose, points.right_mouth, points.left_mouth]
    )


def _eyes_and_nose(five: FloatArray) -> FacePoints:
    """From dlib's five: both corners of the left eye, both of the right one, the base of the nose."""
    left, right, nose = five[0:2].mean(axis=0), five[2:4].mean(axis=0), five[4]
    return FacePoints(
        (float(right[0]), float(right[1])),
        (float(left[0]), float(left[1])),
        (float(nose[0]), float(nose[1])),
    )
