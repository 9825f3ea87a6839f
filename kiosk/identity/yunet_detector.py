"""YuNet through OpenCV: faces of every size and turn, with five points; used where its model is installed."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.errors import ModelUnavailable
from kiosk.identity.face_detector import (
    DetectedFace,
    Detection,
    surroundings,
    widest,
    with_companions,
)
from kiosk.services.ports import FaceBox, FacePoints, Frame, Point

LEAST_SCORE = 0.7
"""Source: 41 photographs at three sizes; the one false face scored 0.63, the faces 0.85 and more."""
COMPANION_SCORE = 0.8
_OVERLAP = 0.3
"""Of two boxes that overlap more, the surer one is kept."""
_MOST_FACES = 50
_COARSE_SHORT_SIDE = 240
"""Pixels of the frame's shorter side. Faces from 20 pixels are seen in it: a seventh of what may be compared."""
_MAX_SHORT_SIDE = 720
_TRACKED_WIDTH = 100
_TRACKED_SURROUNDINGS = 0.4
"""Share of the face's width: it moves less between two frames, and the network likes some background."""
_LEAST_SIDE = 16
"""Pixels; the network halves a picture five times."""
_BOX_WIDTH = 1.065
_BOX_DROP = 0.069
"""dlib's box as a share of YuNet's width, and how much lower its middle is as a share of YuNet's height.

Source: medians over 42 photographs in which both find the face; the embeddings of dlib's network from both boxes
differ by 0.043 (median), 0.087 at most.
"""


class YunetDetector:
    """A ``FaceDetector`` with points; onnx through ``cv2.FaceDetectorYN``."""

    name = "YuNet"

    def __init__(self, model: Path) -> None:
        """Load the network.

        Raises:
            ModelUnavailable: OpenCV cannot read it.
        """
        import cv2

        # OpenCV counts threads for the whole process. A second one gains little on pictures so small, and takes the
        # window's processor.
        cv2.setNumThreads(1)
        logging = cv2.utils.logging
        level = logging.getLogLevel()
        logging.setLogLevel(
            logging.LOG_LEVEL_ERROR
        )  # it warns of a choice of engine that nobody made
        try:
            self._network: Any = cv2.FaceDetectorYN.create(
                str(model), "", (320, 240), LEAST_SCORE, _OVERLAP, _MOST_FACES
            )
        except cv2.error as error:
            raise ModelUnavailable(f"OpenCV cannot read {model.name}") from error
        finally:
            logging.setLogLevel(level)

    def scan(self, frame: Frame) -> Detection:
        """Find the faces in a picture on its own."""
        short_side = min(frame.shape[:2])
        limit = min(1.0, _MAX_SHORT_SIDE / max(1, short_side))
        coarse = min(limit, _COARSE_SHORT_SIDE / max(1, short_side))
        for scale in sorted({coarse, limit}):
            faces = self._detect(frame, scale)
            if faces:
                return with_companions(faces, COMPANION_SCORE)
        return Detection(None, False)

    def near(self, frame: Frame, face: DetectedFace) -> DetectedFace | None:
        """Find a face again, large enough for exact points."""
        part, corner = surroundings(frame, face.box, _TRACKED_SURROUNDINGS)
        faces = self._detect(part, min(1.0, _TRACKED_WIDTH / max(1, face.width)), corner)
        return widest(faces) if faces else None

    def sees_afar(self, frame: Frame) -> bool:
        """Never: a scan sees faces that are far too small already, and the gate says so."""
        return False

    def _detect(
        self, frame: Frame, scale: float, offset: tuple[int, int] = (0, 0)
    ) -> list[DetectedFace]:
        import cv2

        size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        if min(size) < _LEAST_SIDE:
            return []
        scaled = (
            cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            if size != frame.shape[1::-1]
            else np.ascontiguousarray(frame)
        )
        self._network.setInputSize(size)
        _, rows = self._network.detect(scaled)
        if rows is None:
            return []
        factors = np.array([frame.shape[1] / size[0], frame.shape[0] / size[1]])
        return [_face(row.astype(np.float64), factors, offset) for row in rows]


def _face(
    row: npt.NDArray[np.float64], factors: npt.NDArray[np.float64], offset: tuple[int, int]
) -> DetectedFace:
    """From x, y, width, height, five points and a score."""
    corner = row[0:2] * factors + offset
    width, height = row[2:4] * factors
    middle_x, middle_y = corner[0] + width / 2, corner[1] + height * (0.5 + _BOX_DROP)
    side = _BOX_WIDTH * width
    left, top = round(middle_x - side / 2), round(middle_y - side / 2)
    points = row[4:14].reshape(5, 2) * factors + offset
    return DetectedFace(
        FaceBox(left, top, left + max(1, round(side)), top + max(1, round(side))),
        float(row[14]),
        FacePoints(*(_point(one) for one in points)),
    )


def _point(place: npt.NDArray[np.float64]) -> Point:
    return float(place[0]), float(place[1])
