import cv2
import numpy as np
import pytest

from kiosk.devices.photo_file import MAXIMUM_BYTES, accept_photo, encode_photo
from kiosk.devices.picture import PictureUnreadable, picture_size
from kiosk.services.ports import Frame
from tests.devices.documents import Scene, photograph


def noise(width: int, height: int) -> Frame:
    """What compresses worst."""
    return np.random.default_rng(2).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_a_photographed_page_is_small_enough_and_loses_no_pixels() -> None:
    data = encode_photo(photograph(Scene()))
    assert 50_000 < len(data) <= MAXIMUM_BYTES
    assert picture_size(data) == (1920, 1080)


def test_a_picture_that_compresses_badly_becomes_smaller_in_the_same_shape() -> None:
    data = encode_photo(noise(3000, 2000))
    width, height = picture_size(data)
    assert len(data) <= MAXIMUM_BYTES
    assert 400 <= width < 2000
    assert width / height == pytest.approx(1.5, abs=0.01)


def test_a_small_picture_is_not_blown_up() -> None:
    assert picture_size(encode_photo(noise(300, 200))) == (300, 200)


def test_the_limit_of_the_caller_is_kept() -> None:
    assert len(encode_photo(noise(1000, 1000), 60_000)) <= 60_000


def test_nothing_is_made_when_no_picture_fits() -> None:
    with pytest.raises(ValueError, match="so few bytes"):
        encode_photo(noise(1000, 1000), 500)


def test_the_file_holds_the_picture_and_no_place_time_or_camera() -> None:
    frame = photograph(Scene(size=(640, 480)))
    data = encode_photo(frame)
    assert b"Exif" not in data
    assert b"\xff\xe1" not in data[:64]
    again = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert float(np.abs(again.astype(int) - frame.astype(int)).mean()) < 4


def test_a_file_from_elsewhere_is_accepted_when_it_is_a_small_jpeg() -> None:
    data = encode_photo(noise(300, 200))
    assert accept_photo(data) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        encode_photo(noise(300, 200))[:-10],
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff" + b"\0" * 20 + b"\xff\xd9",
        b"%PDF-1.7",
        b"<svg/>",
        encode_photo(noise(300, 200)) + b"<script>",
    ],
)
def test_a_file_from_elsewhere_is_refused_when_it_is_no_whole_jpeg(data: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        accept_photo(data)


def test_a_file_from_elsewhere_is_refused_when_it_has_too_many_bytes() -> None:
    data = encode_photo(noise(300, 200))
    with pytest.raises(PictureUnreadable, match="too large"):
        accept_photo(data, len(data) - 1)
