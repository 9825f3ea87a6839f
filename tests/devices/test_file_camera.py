import struct
import threading
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.devices.file_camera import FileCamera
from kiosk.devices.picture import PictureUnreadable, letter_box, picture_size, read_picture
from kiosk.errors import CameraUnavailable
from tests.devices.conftest import picture
from tests.identity.people import FACES

FAST = 1000.0


def _png_that_claims(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    parts = [b"\x89PNG\r\n\x1a\n"]
    for part in (head, data, b"IEND"):
        parts.append(struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)))
    return b"".join(parts)


def _jpeg() -> bytes:
    return bytes(cv2.imencode(".jpg", picture(90))[1].tobytes())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jpg", b""),
        ("text.jpg", b"hello"),
        ("cut.jpg", _jpeg()[:200]),
        ("head.jpg", b"\xff\xd8\xff\xe0\x00\x00"),
        ("loop.jpg", b"\xff\xd8" + b"\xff" * 5000),
        ("huge.png", _png_that_claims(100_000, 100_000)),
        ("flat.png", _png_that_claims(0, 5)),
        ("hollow.png", _png_that_claims(50, 50)),
        ("bitmap.png", b"BM" + bytes(100)),
        ("noise.mp4", bytes(range(256)) * 20),
        ("empty.avi", b""),
        ("program.exe", b"MZ"),
        ("noname", b"\xff\xd8"),
    ],
)
def test_open_raises_when_the_file_is_hostile(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CameraUnavailable) as caught:
        FileCamera(tmp_path / name, FAST).open()

    assert str(tmp_path) not in str(caught.value)


def test_open_raises_when_the_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CameraUnavailable, match="missing"):
        FileCamera(tmp_path / "absent.jpg").open()


def test_open_raises_when_the_folder_holds_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(CameraUnavailable, match="no JPEG"):
        FileCamera(tmp_path).open()


def test_read_shows_the_pictures_of_a_folder_one_after_the_other(picture_folder: Path) -> None:
    camera = FileCamera(picture_folder, frames_per_second=200.0, seconds_for_each=0.02)
    camera.open()

    shades = [int(camera.read()[5, 5, 0]) for _ in range(9)]

    assert shades == [40] * 4 + [200] * 4 + [40]
    camera.close()


def test_read_starts_over_when_the_film_has_ended(film_file: Path) -> None:
    camera = FileCamera(film_file, FAST)
    camera.open()

    shades = [int(camera.read()[5, 5, 0]) for _ in range(6)]

    assert shades == pytest.approx([30, 130, 230, 30, 130, 230], abs=4)
    camera.close()


def test_read_raises_when_a_picture_is_damaged_meanwhile(picture_folder: Path) -> None:
    camera = FileCamera(picture_folder, frames_per_second=100.0, seconds_for_each=0.01)
    camera.open()
    (picture_folder / "1.png").write_bytes(b"damaged")
    camera.read()

    with pytest.raises(CameraUnavailable, match="neither"):
        camera.read()


def test_read_returns_at_once_when_another_thread_closes_the_camera(picture_file: Path) -> None:
    camera = FileCamera(picture_file, frames_per_second=0.05)
    camera.open()
    closer = threading.Timer(0.05, camera.close)
    closer.start()
    started = time.monotonic()

    with pytest.raises(CameraUnavailable):
        camera.read()

    assert time.monotonic() - started < 5.0
    closer.join()


def test_read_letter_boxes_a_portrait_picture(tmp_path: Path) -> None:
    path = tmp_path / "portrait.png"
    path.write_bytes(cv2.imencode(".png", picture(90, width=300, height=600))[1].tobytes())
    camera = FileCamera(path, FAST)
    camera.open()

    frame = camera.read()

    assert frame.shape == (480, 640, 3)
    assert (frame[:, :199] == 0).all()
    assert (frame[:, 441:] == 0).all()
    assert (frame[470, 202:438] == 90).all()
    camera.close()


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (640, 480), (641, 479), (7, 3)])
def test_letter_box_keeps_the_asked_size_whatever_the_picture(size: tuple[int, int]) -> None:
    boxed = letter_box(np.full((size[1], size[0], 3), 9, np.uint8), 640, 480)

    assert boxed.shape == (480, 640, 3)
    assert (boxed == 9).any()


@pytest.mark.parametrize("depth", ["1-bit grey", "16 bit", "alpha"])
def test_read_picture_gives_three_channels_when_the_file_has_another_depth(
    tmp_path: Path, depth: str
) -> None:
    content = {
        "1-bit grey": np.full((20, 30), 255, np.uint8),
        "16 bit": np.full((20, 30, 3), 65535, np.uint16),
        "alpha": np.full((20, 30, 4), 255, np.uint8),
    }[depth]
    path = tmp_path / "picture.png"
    path.write_bytes(cv2.imencode(".png", content)[1].tobytes())

    frame = read_picture(path)

    assert frame.shape == (20, 30, 3)
    assert frame.dtype == np.uint8
    assert (frame == 255).all()


def test_picture_size_agrees_with_the_decoder_for_every_photo() -> None:
    if not FACES.is_dir():
        pytest.skip("the test photographs are absent: no face_recognition below XIANGLIN_MEDIA")
    paths = [p for p in FACES.rglob("*") if p.suffix in {".jpg", ".jpeg", ".png"}]
    assert len(paths) > 20
    for path in paths:
        data = path.read_bytes()
        decoded = cv2.imdecode(
            np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        )
        assert decoded is not None
        assert picture_size(data) == (decoded.shape[1], decoded.shape[0])


def test_read_picture_raises_when_the_path_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PictureUnreadable):
        read_picture(tmp_path)
