"""What every camera promises, run against each of them."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.devices.absent_camera import AbsentCamera
from kiosk.devices.file_camera import FileCamera
from kiosk.devices.opencv_camera import OpencvCamera
from kiosk.errors import CameraUnavailable
from kiosk.services.ports import Camera
from tests.devices.captures import EndlessCapture

FAST = 1000.0
WORKING = ("picture", "folder", "film", "opencv-with-a-fake-driver", "opencv-device")


@pytest.fixture(params=WORKING)
def camera(request: pytest.FixtureRequest) -> Any:
    made: Camera
    if request.param == "picture":
        made = FileCamera(request.getfixturevalue("picture_file"), FAST)
    elif request.param == "folder":
        made = FileCamera(request.getfixturevalue("picture_folder"), FAST)
    elif request.param == "film":
        made = FileCamera(request.getfixturevalue("film_file"), FAST)
    elif request.param == "opencv-with-a-fake-driver":
        made = OpencvCamera(0, start=lambda index, width, height: EndlessCapture())
    else:
        if not Path("/dev/video0").exists():
            pytest.skip("no camera is attached: there is no /dev/video0")
        made = OpencvCamera(0)
    yield made
    made.close()


def test_read_gives_pictures_of_three_channels_when_open(camera: Camera) -> None:
    camera.open()

    for _ in range(3):
        frame = camera.read()
        assert frame.dtype == np.uint8
        assert frame.ndim == 3
        assert frame.shape[2] == 3
        assert frame.flags.c_contiguous


def test_read_raises_when_the_camera_is_not_open(camera: Camera) -> None:
    with pytest.raises(CameraUnavailable):
        camera.read()


def test_read_raises_when_the_camera_was_closed(camera: Camera) -> None:
    camera.open()
    camera.close()

    with pytest.raises(CameraUnavailable):
        camera.read()


def test_close_is_safe_when_called_twice_or_before_open(camera: Camera) -> None:
    camera.close()
    camera.open()
    camera.close()
    camera.close()


def test_camera_can_be_opened_again_when_it_was_closed(camera: Camera) -> None:
    for _ in range(3):
        camera.open()
        assert camera.read().size > 0
        camera.close()


def test_open_is_safe_when_the_camera_is_open_already(camera: Camera) -> None:
    camera.open()
    camera.open()

    assert camera.read().size > 0


def test_read_gives_a_picture_that_the_caller_may_draw_on(camera: Camera) -> None:
    camera.open()
    camera.read()[:] = 0

    assert camera.read().max() > 0


def test_label_names_no_path(camera: Camera) -> None:
    assert camera.label
    assert "/" not in camera.label
    assert "\\" not in camera.label


def test_close_leaves_no_thread_behind(camera: Camera) -> None:
    before = threading.active_count()
    camera.open()
    camera.read()
    camera.close()

    assert threading.active_count() == before


def test_absent_camera_refuses_at_once_when_opened_or_read() -> None:
    camera: Camera = AbsentCamera()
    for action in (camera.open, camera.read):
        with pytest.raises(CameraUnavailable):
            action()
    camera.close()
    assert camera.label
