"""JPEG files of photos: small enough for a village's link, with nothing but the picture in them."""

from kiosk.devices.picture import MAXIMUM_PIXELS, PictureUnreadable, as_frame, picture_size
from kiosk.services.ports import Frame

MAXIMUM_BYTES = 300_000
LONGEST_SIDE = 2000
"""Pixels; a page then has about 170 dots an inch, which is read without effort."""
SHORTEST_LONG_SIDE = 400
_QUALITIES = (85, 75, 65, 55)
_SMALLER = 0.8


def encode_photo(frame: Frame, maximum_bytes: int = MAXIMUM_BYTES) -> bytes:
    """Make a JPEG that is not larger than allowed: first of less quality, then of fewer pixels.

    It is encoded from the pixels alone, so it carries no EXIF: neither place, time nor camera.

    Raises:
        ValueError: not even a very small picture fits.
    """
    side: float = min(LONGEST_SIDE, max(frame.shape[:2]))
    qualities: tuple[int, ...] = _QUALITIES
    while True:
        picture = _at_most(frame, round(side))
        for quality in qualities:
            data = _jpeg(picture, quality)
            if len(data) <= maximum_bytes:
                return data
        side *= _SMALLER
        qualities = _QUALITIES[-2:]
        if side < SHORTEST_LONG_SIDE:
            raise ValueError("no picture fits into so few bytes")


def accept_photo(data: bytes, maximum_bytes: int = MAXIMUM_BYTES) -> bytes:
    """Check a file that comes from elsewhere, such as a scanner.

    Raises:
        PictureUnreadable: too many bytes or pixels, or no whole JPEG.
    """
    if len(data) > maximum_bytes:
        raise PictureUnreadable("the picture file is too large")
    if not data.startswith(b"\xff\xd8") or not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise PictureUnreadable("the file is no whole JPEG picture")
    width, height = picture_size(data)
    if not 0 < width * height <= MAXIMUM_PIXELS:
        raise PictureUnreadable("the picture has too many pixels, or none")
    return data


def _at_most(frame: Frame, side: int) -> Frame:
    import cv2

    scale = side / max(frame.shape[:2])
    if scale >= 1:
        return frame
    size = (max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale)))
    return as_frame(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))


def _jpeg(picture: Frame, quality: int) -> bytes:
    import cv2

    is_done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_done:
        raise ValueError("the picture cannot be encoded")
    return bytes(data.tobytes())
