"""Finds the text of a QR symbol in a picture: of the camera, or of a file."""

from typing import TYPE_CHECKING

from kiosk.services.ports import Frame

if TYPE_CHECKING:
    import cv2

LARGEST_SIDE = 4000
"""Pixels; a picture that is larger is made smaller first, so that nobody can make the search endless."""
_SCALES = (1.0, 2.0, 3.0, 0.5)
"""A symbol that is small in the picture is found when it is enlarged, a very large one when it is made smaller."""


def read_qr_text(frame: Frame) -> str:
    """The text of the symbol in the picture; empty when none is found or read.

    Two finders are asked: on whole receipts of 73 modules the one over ArUco found every symbol that was three
    pixels a module or more, the older one hardly any; on others it is the other way round.
    """
    import cv2

    finders = (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector())
    for scale in _SCALES:
        picture = _scaled(frame, scale)
        if picture is None:
            continue
        for finder in finders:
            text = _text(finder, picture)
            if text:
                return text
    return ""


def _scaled(frame: Frame, scale: float) -> "Frame | None":
    import cv2
    import numpy as np

    side = max(frame.shape[:2]) * scale
    if side > LARGEST_SIDE:
        if scale > 1:
            return None
        scale *= LARGEST_SIDE / side
    if scale == 1.0:
        return frame
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def _text(finder: "cv2.QRCodeDetector | cv2.QRCodeDetectorAruco", picture: Frame) -> str:
    import cv2

    try:
        return str(finder.detectAndDecode(picture)[0])
    except (cv2.error, UnicodeDecodeError):
        # Bytes that are no text, or a symbol that breaks off at the edge: not one of ours.
        return ""
