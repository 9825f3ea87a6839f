import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.devices.opencv_camera import Capture, OpencvCamera, start_capture
from kiosk.errors import CameraUnavailable
from tests.devices.captures import (
    ClosedCapture,
    EndlessCapture,
    FailingCapture,
    HangingCapture,
    OddCapture,
)


def _camera(capture: Capture, **limits: float) -> OpencvCamera:
    return OpencvCamera(0, start=lambda index, width, height: capture, **limits)


def test_open_throws_the_first_pictures_away_until_the_exposure_settles() -> None:
    camera = _camera(EndlessCapture())
    camera.open()

    assert camera.read()[0, 0, 0] > 5
    camera.close()


def test_read_gives_the_newest_picture_when_the_caller_is_slow() -> None:
    capture = EndlessCapture(pictures=200)
    camera = _camera(capture)
    camera.open()
    camera.read()
    deadline = time.monotonic() + 5
    before = capture.given
    while capture.given < before + 10 and time.monotonic() < deadline:
        camera.read()

    newest = capture.given
    assert camera.read()[0, 0, 0] >= newest
    camera.close()


def test_read_raises_when_the_camera_is_unplugged() -> None:
    capture = EndlessCapture(pictures=8)
    camera = _camera(capture)
    camera.open()

    def read_on() -> None:
        for _ in range(10):
            camera.read()

    with pytest.raises(CameraUnavailable, match="unplugged"):
        read_on()
    camera.close()
    assert capture.is_released


def test_read_raises_within_its_limit_when_the_driver_hangs() -> None:
    capture = HangingCapture(pictures=6)
    camera = _camera(capture, read_limit_s=0.1)
    camera.open()
    camera.read()
    started = time.monotonic()

    with pytest.raises(CameraUnavailable, match="no pictures"):
        camera.read()

    assert time.monotonic() - started < 1.0
    capture.let_go.set()
    camera.close()


def test_open_raises_within_its_limit_when_the_driver_hangs_from_the_start() -> None:
    capture = HangingCapture(pictures=0)
    camera = _camera(capture, open_limit_s=0.1)

    with pytest.raises(CameraUnavailable, match="does not start"):
        camera.open()

    with pytest.raises(CameraUnavailable, match="driver hangs"):
        camera.open()
    capture.let_go.set()


def test_camera_opens_again_when_a_hanging_driver_comes_back() -> None:
    hanging, working = HangingCapture(pictures=6), EndlessCapture()
    captures: list[Capture] = [hanging, working]
    camera = OpencvCamera(0, start=lambda index, width, height: captures.pop(0), read_limit_s=0.1)
    camera.open()
    camera.close()
    hanging.let_go.set()
    deadline = time.monotonic() + 5
    while not hanging.is_released and time.monotonic() < deadline:
        hanging.let_go.wait(0.01)

    camera.open()

    assert camera.read().size > 0
    camera.close()


@pytest.mark.parametrize(
    "capture",
    [
        ClosedCapture(),
        FailingCapture(),
        OddCapture(None),
        OddCapture(np.zeros((0, 0, 3), np.uint8)),
        OddCapture(np.zeros((4, 4, 3), np.float64)),
        OddCapture(np.zeros((4, 4, 7), np.uint8)),
    ],
    ids=["held", "raising", "nothing", "empty", "floats", "channels"],
)
def test_open_raises_and_releases_the_device_when_the_driver_misbehaves(
    capture: EndlessCapture,
) -> None:
    camera = _camera(capture)

    with pytest.raises(CameraUnavailable):
        camera.open()

    assert capture.is_released


@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 1), (48, 64, 4)])
def test_read_gives_three_channels_when_the_driver_gives_another_number(
    shape: tuple[int, ...],
) -> None:
    camera = _camera(OddCapture(np.full(shape, 77, np.uint8)))
    camera.open()

    frame = camera.read()

    assert frame.shape == (48, 64, 3)
    assert (frame == 77).all()
    camera.close()


def test_open_raises_when_the_driver_cannot_be_started() -> None:
    def refuse(index: int, width: int, height: int) -> Capture:
        raise PermissionError

    with pytest.raises(CameraUnavailable, match="PermissionError"):
        OpencvCamera(0, start=refuse).open()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="device files are Linux's")
def test_open_raises_quietly_when_there_is_no_such_device(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert not Path("/dev/video63").exists()

    with pytest.raises(CameraUnavailable):
        OpencvCamera(63, start=start_capture).open()

    assert capfd.readouterr().err == ""
