"""A portrait that does what it is asked, for demonstrations and tests: turns, nods, comes closer, takes on colours.

The picture is bent over a rough shape of a head, so that the nose moves against eyes and mouth. It is no proof of
anything: it shows the pages and lets the whole way be walked without a person. It follows dlib's points; YuNet sees
little of the turn in a bent picture, so with it the check ends without a living person, as it should.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.services.liveness_ports import Colour, Cue, LivenessView
from kiosk.services.ports import Camera, FacePoints, Frame

REACTION_S = 0.6
RISE_S = 0.5
HOLD_S = 0.5
TURN_DEGREES = 36.0
NOD_DEGREES = -28.0
"""Upwards: bent downwards, the nose of a flat picture runs into its mouth, and no detector follows."""
NEARER = 1.3
"""Factor of the size."""
_NOSE_DEPTH, _HEAD_DEPTH = 0.5, 1.1
"""Eye distances."""
_STEPS = 5
_NOISE = 4
"""Shades of grey."""
_FACE_SHINE, _WALL_SHINE = 0.10, 0.02
"""Of the light, at a full channel of the screen."""

_Map = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shape:
    """The face of one picture: where each pixel lies, in eye distances from the middle of the eyes."""

    area: tuple[slice, slice]
    """Rows and columns of the picture that the maps are of."""
    across: _Map
    down: _Map
    skin: _Map
    """1 on the face, 0 beside it."""
    centre: tuple[float, float]
    """Pixels."""
    unit_px: float


class ActedCamera:
    """Wraps a camera of still pictures."""

    def __init__(
        self,
        pictures: Camera,
        find: Callable[[Frame], FacePoints | None],
        frames_per_second: float = 10.0,
    ) -> None:
        """Prepare the camera; opens nothing.

        Args:
            pictures: gives the same portrait again and again.
            find: finds the face of a picture; asked once for each opening.
            frames_per_second: of ``pictures``, by which the acting goes.
        """
        self._pictures = pictures
        self._find = find
        self._interval_s = 1.0 / frames_per_second
        self._view: LivenessView | None = None
        self._asked_for_s = 0.0
        self._shape: _Shape | None = None
        self._is_found = False
        self._noise: tuple[Frame, ...] = ()
        self._count = 0

    @property
    def label(self) -> str:
        """Of the pictures."""
        return self._pictures.label

    def open(self) -> None:
        """Start the camera.

        Raises:
            CameraUnavailable: see the pictures.
        """
        self._pictures.open()
        self._view, self._shape, self._is_found = None, None, False

    def close(self) -> None:
        """Stop the camera."""
        self._pictures.close()

    def hear(self, view: LivenessView) -> None:
        """Take in what the screen asks and which colour it has."""
        if self._view is None or view.turn != self._view.turn:
            self._asked_for_s = 0.0
        self._view = view

    def read(self) -> Frame:
        """Wait for the next picture, as the person stands by now.

        Raises:
            CameraUnavailable: see the pictures.
        """
        frame = self._pictures.read()
        if not self._is_found:
            self._is_found = True
            points = self._find(frame)
            self._shape = _shape(frame, points) if points is not None else None
        if self._view is None or self._shape is None:
            return self._noisy(frame)
        self._asked_for_s += self._interval_s
        part = _part(self._asked_for_s)
        return self._noisy(_posed(frame, self._shape, self._view, part))

    def _noisy(self, picture: Frame) -> Frame:
        """As a sensor does: no picture is the same as the one before."""
        import cv2

        if not self._noise or self._noise[0].shape != picture.shape:
            chance = np.random.default_rng(1)
            self._noise = tuple(
                chance.integers(0, _NOISE + 1, picture.shape, dtype=np.uint8) for _ in range(3)
            )
        self._count += 1
        noise = self._noise[self._count % len(self._noise)]
        return np.asarray(cv2.add(picture, noise), dtype=np.uint8)


def _part(since_s: float) -> float:
    """How much of a motion has been made: there, held, and back."""
    into = min(1.0, max(0.0, (since_s - REACTION_S) / RISE_S))
    back = min(1.0, max(0.0, (since_s - REACTION_S - RISE_S - HOLD_S) / RISE_S))
    return 0.5 - 0.5 * math.cos(math.pi * (into - back))


def _shape(frame: Frame, points: FacePoints) -> _Shape:
    height, width = frame.shape[:2]
    (right_x, right_y), (left_x, left_y) = points.right_eye, points.left_eye
    unit = max(8.0, math.hypot(left_x - right_x, left_y - right_y))
    centre = ((right_x + left_x) / 2, (right_y + left_y) / 2)
    # The head alone, with what it moves over: the picture beside it stays as it is.
    left, right = (round(centre[0] + side * 2.2 * unit) for side in (-1, 1))
    top, bottom = round(centre[1] - 2.2 * unit), round(centre[1] + 3.0 * unit)
    area = (slice(max(0, top), min(height, bottom)), slice(max(0, left), min(width, right)))
    rows, columns = np.mgrid[area].astype(np.float32)
    across = (columns - centre[0]) / unit
    down = (rows - centre[1]) / unit
    skin = np.clip(5.0 * (1.0 - (across / 1.45) ** 2 - ((down - 0.4) / 1.9) ** 2), 0.0, 1.0)
    return _Shape(area, across, down, skin.astype(np.float32), centre, unit)


def _posed(frame: Frame, shape: _Shape, view: LivenessView, part: float) -> Frame:
    posed = frame
    if part > 0.0 and view.cue in (Cue.TURN_LEFT, Cue.TURN_RIGHT):
        # To the person's left is to the right of a picture that is no mirror.
        yaw = math.radians(TURN_DEGREES) * part * (1 if view.cue is Cue.TURN_LEFT else -1)
        posed = _turned(frame, shape, yaw, 0.0)
    elif part > 0.0 and view.cue is Cue.NOD:
        posed = _turned(frame, shape, 0.0, math.radians(NOD_DEGREES) * part)
    elif part > 0.0 and view.cue is Cue.COME_CLOSER:
        posed = _enlarged(frame, shape, 1.0 + (NEARER - 1.0) * part)
    return posed if view.colour is None else _shone_on(posed, shape, view.colour)


def _enlarged(frame: Frame, shape: _Shape, scale: float) -> Frame:
    import cv2

    height, width = frame.shape[:2]
    about = cv2.getRotationMatrix2D(shape.centre, 0.0, scale)
    nearer = cv2.warpAffine(frame, about, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(nearer, dtype=np.uint8)


def _shone_on(frame: Frame, shape: _Shape, colour: Colour) -> Frame:
    bgr = np.array(colour[::-1], dtype=np.float32) / 255.0
    lit = frame * (1.0 + _WALL_SHINE * bgr)
    shine = (_FACE_SHINE - _WALL_SHINE) * shape.skin[..., None]
    lit[shape.area] *= 1.0 + shine * bgr
    return np.clip(lit, 0, 255).astype(np.uint8)


def _turned(frame: Frame, shape: _Shape, yaw: float, pitch: float) -> Frame:
    """Look up each pixel where it comes from; its depth is the one of that place, so this takes a few steps."""
    import cv2

    from_x, from_y = shape.across, shape.down
    for _ in range(_STEPS):
        depth = _depth(from_x, from_y)
        from_x = shape.across / (1 - shape.skin * (1 - math.cos(yaw))) - depth * math.sin(yaw)
        from_y = shape.down / (1 - shape.skin * (1 - math.cos(pitch))) - depth * math.sin(pitch)
    columns = (from_x * shape.unit_px + shape.centre[0]).astype(np.float32)
    rows = (from_y * shape.unit_px + shape.centre[1]).astype(np.float32)
    turned = frame.copy()
    turned[shape.area] = cv2.remap(
        frame, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return turned


def _depth(across: _Map, down: _Map) -> _Map:
    """How far a place of the face stands out: a round head with a nose; 0 beside it."""
    round_head = np.clip(1.0 - (across / 1.45) ** 2 - ((down - 0.4) / 1.9) ** 2, 0.0, None)
    nose = np.exp(-((across / 0.26) ** 2) - ((down - 0.55) / 0.32) ** 2)
    return np.asarray(_HEAD_DEPTH * np.sqrt(round_head) + _NOSE_DEPTH * nose, dtype=np.float32)
