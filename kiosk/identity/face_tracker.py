"""Follows a face from frame to frame: looks near its last place, and over the whole frame now and then."""

from dataclasses import replace

import numpy as np

from kiosk.identity.face_detector import Detection, FaceDetector
from kiosk.services.ports import Frame

_SCANS_EVERY = 5
"""Frames: how often the whole frame is scanned while a face is followed, to see a second one."""
_SCENE_SIZE = (32, 24)
_SCENE_STEP = 4
"""Every fourth row and column are enough to know a scene again."""
_SCENE_CHANGE = 12.0
"""Mean difference, in shades, above which a frame is another picture and nothing about the last one holds."""
_DISTANT_EVERY = 5


class FaceTracker:
    """Remembers boxes, never pictures (32x24 pixels of the last one aside); one thread at a time."""

    def __init__(self, detector: FaceDetector) -> None:
        self.detector = detector
        self._last: Detection | None = None
        self._scene: Frame | None = None
        self._frames_followed = 0
        self._misses = 0
        self._is_distant = False

    def follow(self, frame: Frame) -> Detection:
        """Find the face in the next picture of a series; cheap while it stays about where it was."""
        if not self._is_same_scene(frame):
            self._last, self._misses = None, 0
        detection = self._near_last(frame) or self._scan(frame)
        if detection.main is None:
            self._last = None
            return Detection(None, False, self._look_far(frame))
        if self._last is not None and self._last.main is not None:
            detection = replace(detection, previous_box=self._last.main.box)
        self._last, self._misses = detection, 0
        return detection

    def _scan(self, frame: Frame) -> Detection:
        self._frames_followed = 0
        return self.detector.scan(frame)

    def _is_same_scene(self, frame: Frame) -> bool:
        import cv2

        last = self._scene
        coarse = np.ascontiguousarray(frame[::_SCENE_STEP, ::_SCENE_STEP])
        self._scene = np.asarray(
            cv2.resize(coarse, _SCENE_SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
        return last is not None and float(cv2.absdiff(last, self._scene).mean()) < _SCENE_CHANGE

    def _near_last(self, frame: Frame) -> Detection | None:
        if self._last is None or self._last.main is None:
            return None
        if self._frames_followed >= _SCANS_EVERY - 1:
            return None
        self._frames_followed += 1
        face = self.detector.near(frame, self._last.main)
        return Detection(face, self._last.has_companion) if face else None

    def _look_far(self, frame: Frame) -> bool:
        """Whether somebody stands too far away to be recognised; looks at every fifth empty frame only."""
        if self._misses % _DISTANT_EVERY == 0:
            self._is_distant = self.detector.sees_afar(frame)
        self._misses += 1
        return self._is_distant
