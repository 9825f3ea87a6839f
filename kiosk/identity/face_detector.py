"""Finds faces: coarse to fine, then near the last place."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.services.ports import FaceBox

GrayImage = npt.NDArray[np.uint8]
"""Shape (height, width)."""

COMPANION_WIDTH_SHARE = 0.6
"""A second face counts when it is at least so wide, as a share of the widest face.

At arm's length (0.5 m) from the camera this is somebody nearer than 0.85 m: at the kiosk too, not passing behind.
"""
COMPANION_SCORE = 0.4
"""What a second face must score; the detector's own limit is 0.

Source: measured on 100 photos; the one false second face that was wide enough scored 0.20, real second faces 0.59
and more.
"""
_WINDOW = 80
"""Pixels: the smallest face that dlib's frontal detector sees."""
_COARSE_SHORT_SIDES = (240, 360)
"""Pixels of the frame's shorter side, tried before the full size. A face at kiosk distance is found in the first."""
_MAX_SHORT_SIDE = 720
"""Larger frames are scanned at this size: 0.18 of it is still 130 pixels."""
_TRACKED_WIDTH = 100
"""Pixels: the width to which a known face is scaled before it is looked for again."""
_TRACKED_SURROUNDINGS = 0.5
"""Share of the face's width that is searched on each side of its last place."""
_SCANS_EVERY = 5
"""Frames: how often the whole frame is scanned while a face is followed, to see a second one."""
_SCENE_SIZE = (32, 24)
_SCENE_CHANGE = 12.0
"""Mean difference, in shades of grey, above which a frame is another picture and nothing about the last one holds."""
_DISTANT_SCALE = 1.5
_DISTANT_EVERY = 5


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A face that the detector found."""

    box: FaceBox
    score: float
    """The detector's own: 0 is its limit, 1 to 3 is usual for a frontal face."""

    @property
    def width(self) -> int:
        """Pixels."""
        return self.box.right - self.box.left


@dataclass(frozen=True, slots=True)
class Detection:
    """What is in one frame."""

    main: DetectedFace | None
    """The widest face."""
    has_companion: bool
    """Somebody else is as near."""
    is_distant: bool = False
    """No usable face, but there is one that is too small."""
    previous_box: FaceBox | None = None
    """Where the main face was in the frame before, when that showed the same scene."""


class FaceDetector:
    """dlib's frontal face detector; one thread at a time. It lets other threads run while it works."""

    def __init__(self) -> None:
        import dlib

        self._detector: Any = dlib.get_frontal_face_detector()
        self._last: Detection | None = None
        self._scene: GrayImage | None = None
        self._frames_followed = 0
        self._misses = 0
        self._is_distant = False

    def follow(self, gray: GrayImage) -> Detection:
        """Find the face in the next picture of a series; cheap while it stays about where it was."""
        if not self._is_same_scene(gray):
            self._last, self._misses = None, 0
        detection = self._near_last(gray) or self.scan(gray)
        if detection.main is None:
            self._last = None
            return Detection(None, False, self._look_far(gray))
        if self._last is not None and self._last.main is not None:
            detection = replace(detection, previous_box=self._last.main.box)
        self._last, self._misses = detection, 0
        return detection

    def scan(self, gray: GrayImage) -> Detection:
        """Find the faces in a picture on its own."""
        short_side = min(gray.shape)
        limit = min(1.0, _MAX_SHORT_SIDE / short_side)
        scales = [side / short_side for side in _COARSE_SHORT_SIDES if side / short_side < limit]
        self._frames_followed = 0
        for scale in (*scales, limit):
            faces = self._detect(gray, scale)
            if faces:
                return self._with_companions(gray, faces, scale, limit)
        return Detection(None, False)

    def _with_companions(
        self, gray: GrayImage, faces: list[DetectedFace], scale: float, limit: float
    ) -> Detection:
        """Look again where a scan so coarse could have missed a second face."""
        needed = min(limit, _WINDOW / (COMPANION_WIDTH_SHARE * _widest(faces).width))
        if needed > scale:
            faces = self._detect(gray, needed) or faces
        main = _widest(faces)
        others = (
            face
            for face in faces
            if face is not main
            and face.score >= COMPANION_SCORE
            and face.width >= COMPANION_WIDTH_SHARE * main.width
        )
        return Detection(main, any(others))

    def _is_same_scene(self, gray: GrayImage) -> bool:
        import cv2

        last = self._scene
        self._scene = np.asarray(
            cv2.resize(gray, _SCENE_SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
        return last is not None and float(cv2.absdiff(last, self._scene).mean()) < _SCENE_CHANGE

    def _near_last(self, gray: GrayImage) -> Detection | None:
        if self._last is None or self._last.main is None:
            return None
        if self._frames_followed >= _SCANS_EVERY - 1:
            return None
        self._frames_followed += 1
        box = self._last.main.box
        margin = round(_TRACKED_SURROUNDINGS * (box.right - box.left))
        left, top = max(0, box.left - margin), max(0, box.top - margin)
        area = gray[top : max(0, box.bottom + margin), left : max(0, box.right + margin)]
        if min(area.shape) < _WINDOW // 2:
            return None
        faces = self._detect(area, _TRACKED_WIDTH / self._last.main.width, (left, top))
        return Detection(_widest(faces), self._last.has_companion) if faces else None

    def _look_far(self, gray: GrayImage) -> bool:
        """Whether somebody stands too far away to be recognised; looks at every fifth empty frame only.

        The enlarged picture only serves the advice "come nearer": a face found in it is never compared.
        """
        if self._misses % _DISTANT_EVERY == 0:
            is_small_frame = min(gray.shape) < _MAX_SHORT_SIDE
            self._is_distant = is_small_frame and bool(self._detect(gray, _DISTANT_SCALE))
        self._misses += 1
        return self._is_distant

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


def _widest(faces: list[DetectedFace]) -> DetectedFace:
    """The widest face; of equal ones the surest."""
    return max(faces, key=lambda face: (face.width, face.score))
