"""Picture files and frames, shared by the cameras."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.services.ports import Frame

MAXIMUM_FILE_BYTES = 40 << 20
MAXIMUM_PIXELS = 64_000_000
"""A small file can claim a huge picture; above this (192 MB decoded) it is refused before it is decoded."""

_PNG_START = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8"
_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


class PictureUnreadable(Exception):
    """Not a picture that the kiosk reads; the text says why and names no path."""


def read_picture(path: Path) -> Frame:
    """Read a JPEG or PNG file of any depth; turns it as its EXIF orientation says.

    Returns:
        shape (height, width, 3), BGR.
    Raises:
        PictureUnreadable: missing, too large, of another kind, or damaged.
    """
    import cv2

    try:
        if path.stat().st_size > MAXIMUM_FILE_BYTES:
            raise PictureUnreadable("the picture file is too large")
        data = path.read_bytes()
    except OSError as error:
        raise PictureUnreadable("the picture file cannot be read") from error
    width, height = picture_size(data)
    if not 0 < width * height <= MAXIMUM_PIXELS:
        raise PictureUnreadable("the picture has too many pixels, or none")
    try:
        # Not imread: on Windows it cannot open paths with Chinese characters.
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise PictureUnreadable("the picture file is damaged") from error
    if picture is None:
        raise PictureUnreadable("the picture file is damaged")
    return as_frame(picture)


def picture_size(data: bytes) -> tuple[int, int]:
    """Read width and height, in pixels, from a JPEG's or PNG's head, without decoding it.

    Raises:
        PictureUnreadable: another kind of file, or damaged.
    """
    if data.startswith(_PNG_START) and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith(_JPEG_START):
        return _jpeg_size(data)
    raise PictureUnreadable("the file is neither a JPEG nor a PNG picture")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walk through the segments to the one that starts the frame (ITU-T T.81, annex B)."""
    at = len(_JPEG_START)
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_BARE_MARKERS:
            at += 2
        elif marker in _JPEG_FRAME_MARKERS:
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            return int.from_bytes(data[at + 7 : at + 9], "big"), height
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise PictureUnreadable("the JPEG picture is damaged")


def as_frame(picture: npt.NDArray[Any]) -> Frame:
    """Bring what a driver or decoder answers to a frame: three channels, 8 bits.

    Raises:
        PictureUnreadable: not a picture.
    """
    import cv2

    if picture.dtype != np.uint8 or picture.size == 0:
        raise PictureUnreadable("not a picture of 8 bits a channel")
    if picture.ndim == 2 or picture.shape[2:] == (1,):
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    if picture.ndim == 3 and picture.shape[2] == 4:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2BGR), dtype=np.uint8)
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise PictureUnreadable("not a picture of three channels")
    return np.ascontiguousarray(picture)


def letter_box(frame: Frame, width: int, height: int) -> Frame:
    """Scale a picture to fit, whole and undistorted, and fill the rest with black.

    Args:
        frame: any size.
        width: pixels of the result.
        height: pixels of the result.
    """
    import cv2

    scale = min(width / frame.shape[1], height / frame.shape[0])
    size = (
        min(width, max(1, round(frame.shape[1] * scale))),
        min(height, max(1, round(frame.shape[0] * scale))),
    )
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    result = np.zeros((height, width, 3), np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    result[top : top + size[1], left : left + size[0]] = cv2.resize(
        frame, size, interpolation=method
    )
    return result
