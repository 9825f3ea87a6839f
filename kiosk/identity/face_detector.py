"""What a face detector finds in a picture; ``hog_detector`` and ``yunet_detector`` are the two there are."""

from dataclasses import dataclass
from typing import Protocol

from kiosk.services.ports import FaceBox, FacePoints, Frame

COMPANION_WIDTH_SHARE = 0.6
"""A second face counts when it is at least so wide, as a share of the widest face.

At arm's length (0.5 m) from the camera this is somebody nearer than 0.85 m: at the kiosk too, not passing behind.
"""


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A face that a detector found."""

    box: FaceBox
    """As wide as high, from eyebrow to chin: dlib's way; every detector's boxes are brought to it."""
    score: float
    """The detector's own."""
    points: FacePoints | None = None
    """None where the detector knows none."""

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


class FaceDetector(Protocol):
    """Finds faces; one thread at a time, and others run meanwhile."""

    @property
    def name(self) -> str:
        """For staff and for benchmarks."""

    def scan(self, frame: Frame) -> Detection:
        """Find the faces in a picture on its own: coarse first, finer while there is none."""

    def near(self, frame: Frame, face: DetectedFace) -> DetectedFace | None:
        """Find a face again about where it was in the frame before; cheap."""

    def sees_afar(self, frame: Frame) -> bool:
        """Whether there is a face that ``scan`` is too coarse for: only for the advice to come nearer."""


def widest(faces: list[DetectedFace]) -> DetectedFace:
    """The widest face; of equal ones the surest."""
    return max(faces, key=lambda face: (face.width, face.score))


def with_companions(faces: list[DetectedFace], least_score: float) -> Detection:
    """The widest face, and whether another is as near.

    Args:
        faces: at least one.
        least_score: what a second face must score.
    """
    main = widest(faces)
    others = (
        face
        for face in faces
        if face is not main
        and face.score >= least_score
        and face.width >= COMPANION_WIDTH_SHARE * main.width
    )
    return Detection(main, any(others))


def surroundings(frame: Frame, box: FaceBox, share: float) -> tuple[Frame, tuple[int, int]]:
    """Cut out a box with a margin on each side; the part, and where its corner lies in the frame.

    Args:
        share: the margin, as a share of the box's width.
    """
    margin = round(share * (box.right - box.left))
    left, top = max(0, box.left - margin), max(0, box.top - margin)
    return frame[top : max(0, box.bottom + margin), left : max(0, box.right + margin)], (left, top)
