"""dlib's frontal face detector, coarse to fine: what comes with the program, without points."""

from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.identity.face_detector import (
    COMPANION_WIDTH_SHARE,
    DetectedFace,
    Detection,
    surroundings,
    widest,
    with_companions,
)
from kiosk.services.ports import FaceBox, Frame

GrayImage = npt.NDArray[np.uint8]
"""Shape (height, width)."""

COMPANION_SCORE = 0.4
"""What a second face must score; the detector's own limit is 0, and 1 to 3 is usual for a frontal face.

Source: measured on 100 photos; the one false second face that was wide enough scored 0.20, real second faces 0.59
and more.
"""
_WINDOW = 80
"""Pixels: the smallest face that the detector sees."""
_COARSE_SHORT_SIDES = (240, 360)
"""Pixels of the frame's shorter side, tried before the full size. A face at kiosk distance is found in the first."""
_MAX_SHORT_SIDE = 720
"""Larger frames are scanned at this size: 0.18 of it is still 130 pixels."""
_TRACKED_WIDTH = 100
"""Pixels: the width to which a known face is scaled before it is looked for again."""
_TRACKED_SURROUNDINGS = 0.5
"""Share of the face's width that is searched on each side of its last place."""
_DISTANT_SCALE = 1.5


class HogDetector:
    """A ``FaceDetector`` that lets other threads run while it works."""

    name = "dlib HOG"

    def __init__(self) -> None:
        import dlib

        self._detector: Any = dlib.get_frontal_face_detector()

    def scan(self, frame: Frame) -> Detection:
        """Find the faces in a picture on its own."""
        gray = gray_of(frame)
        short_side = min(gray.shape)
        limit = min(1.0, _MAX_SHORT_SIDE / short_side)
        scales = [side / short_side for side in _COARSE_SHORT_SIDES if side / short_side < limit]
        for scale in (*scales, limit):
            faces = self._detect(gray, scale)
            if faces:
                # Look again where a scan so coarse could have missed a second face.
                needed = min(limit, _WINDOW / (COMPANION_WIDTH_SHARE * widest(faces).width))
                if needed > scale:
                    faces = self._detect(gray, needed) or faces
                return with_companions(faces, COMPANION_SCORE)
        return Detection(None, False)

    def near(self, frame: Frame, face: DetectedFace) -> DetectedFace | None:
        """Find a face again, scaled to the width that the detector sees best."""
        part, corner = surroundings(frame, face.box, _TRACKED_SURROUNDINGS)
        if min(part.shape[:2]) < _WINDOW // 2:
            return None
        faces = self._detect(gray_of(part), _TRACKED_WIDTH / face.width, corner)
        return widest(faces) if faces else None

    def sees_afar(self, frame: Frame) -> bool:
        """Whether the enlarged picture shows a face; such a one is never compared."""
        gray = gray_of(frame)
        is_small_frame = min(gray.shape) < _MAX_SHORT_SIDE
        return is_small_frame and bool(self._detect(gray, _DISTANT_SCALE))

    def _detect(
        self, gray: GrayImage, scale: float, offset: tuple[int, int] = (0, 0)
    ) -> list[DetectedFace]:
        import cv2

        if abs(scale - 1.0) > 0.01:
            size = (round(gray.shape[1] * scale), round(gray.shape[0] * scale))
            method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            scaled = cv2.resize(gray, size, interpolation=method)
        else:
            scale, scaled = 1.0, np.ascontiguousarray(gray)
        rectangles, scores, _ = self._detector.run(scaled, 0, 0.0)
        return [
            DetectedFace(
                FaceBox(
                    round(r.left() / scale) + offset[0],
                    round(r.top() / scale) + offset[1],
                    round((r.right() + 1) / scale) + offset[0],
                    round((r.bottom() + 1) / scale) + offset[1],
                ),
                score,
            )
            for r, score in zip(rectangles, scores, strict=True)
        ]


def gray_of(frame: Frame) -> GrayImage:
    """Shades of grey of a frame."""
    import cv2

    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
