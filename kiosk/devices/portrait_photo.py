"""Photos of people: a portrait for a card, and a picture of two people together."""

from kiosk.devices.photo_file import encode_photo
from kiosk.services.ports import FaceAdvice, FaceBox, FaceEngine, Frame
from kiosk.services.take_photo import PhotoJudgement

PORTRAIT_SHAPE = (358, 441)
"""Width to height of the photo on a card, pixels. Source: GA/T 1012-2019, as for identity cards."""
FACE_SHARE = 0.5
"""Width of the face box as a share of the portrait's; the box ends at the ears."""
FACE_HEIGHT = 0.47
"""Where the box's middle stands, from the top: hair above, shoulders below."""
MINIMUM_FACE_WIDTH = 150
"""Pixels of the camera's picture; fewer would have to be blown up for the card."""

_LIGHT = frozenset({FaceAdvice.TOO_DARK, FaceAdvice.TOO_BRIGHT})


class PortraitPhotoCheck:
    """One face, straight, sharp, well lit and large enough; what the face engine asks for anyway."""

    def __init__(self, engine: FaceEngine) -> None:
        self._engine = engine

    def judge(self, frame: Frame) -> PhotoJudgement:
        """Name the first thing to improve."""
        seen = self._engine.observe(frame)
        advice = seen.advice
        if advice is None and seen.box is None:
            advice = FaceAdvice.NO_FACE
        elif advice is None and seen.box and seen.box.right - seen.box.left < MINIMUM_FACE_WIDTH:
            advice = FaceAdvice.TOO_FAR
        return _judgement(advice, seen.quality)

    def encode(self, frame: Frame) -> bytes:
        """Cut head and shoulders out and encode them; the whole picture where no face is found."""
        box = self._engine.observe(frame).box
        return encode_photo(frame if box is None else crop_portrait(frame, box))


class PeoplePhotoCheck:
    """Two people together, one perhaps lying in bed: a face in good light is enough, staff look at the rest."""

    def __init__(self, engine: FaceEngine) -> None:
        self._engine = engine

    def judge(self, frame: Frame) -> PhotoJudgement:
        """Name the first thing to improve."""
        seen = self._engine.observe(frame)
        is_fault = seen.advice in _LIGHT or seen.advice is FaceAdvice.NO_FACE
        return _judgement(seen.advice if is_fault else None, seen.quality)

    def encode(self, frame: Frame) -> bytes:
        """Encode the whole picture."""
        return encode_photo(frame)


def _judgement(advice: FaceAdvice | None, quality: float) -> PhotoJudgement:
    return PhotoJudgement(f"face.advice.{advice.value}" if advice else "", quality)


def crop_portrait(frame: Frame, box: FaceBox) -> Frame:
    """Cut a portrait of ``PORTRAIT_SHAPE`` around a face; near an edge it is moved, never padded.

    Args:
        frame: the camera's picture.
        box: the face in it.
    """
    height, width = frame.shape[:2]
    wide = min(
        (box.right - box.left) / FACE_SHARE, width, height * PORTRAIT_SHAPE[0] / PORTRAIT_SHAPE[1]
    )
    tall = wide * PORTRAIT_SHAPE[1] / PORTRAIT_SHAPE[0]
    left = (box.left + box.right) / 2 - wide / 2
    top = (box.top + box.bottom) / 2 - tall * FACE_HEIGHT
    x = round(min(max(left, 0), width - wide))
    y = round(min(max(top, 0), height - tall))
    return frame[y : y + round(tall), x : x + round(wide)]
