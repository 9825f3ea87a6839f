"""A USB or built-in camera through OpenCV, whose driver may hang without hanging the kiosk."""

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from kiosk.devices.picture import as_frame
from kiosk.errors import CameraUnavailable
from kiosk.services.ports import Frame

_log = logging.getLogger(__name__)

READ_LIMIT_S = 2.0
OPEN_LIMIT_S = 8.0
"""Some USB cameras need 3 to 5 s for their first frame."""
_CLOSE_LIMIT_S = 1.0
_PLAIN_WIDTH = 640
"""Pixels; wider pictures are asked for as JPEG, as USB 2 carries few of them a second without it."""
_WARM_UP_FRAMES = 5
"""Frames before automatic exposure has settled; they are thrown away."""


class Capture(Protocol):
    """The part of ``cv2.VideoCapture`` that is used."""

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """Whether the device could be started."""

    def read(self) -> tuple[bool, Any]:
        """Wait for a frame; may block for as long as the driver likes."""

    def release(self) -> None:
        """Stop the device."""


class _Pump:
    """One thread that owns the driver: nobody else ever calls it, so nobody else can be blocked by it."""

    def __init__(self, start: Callable[[], Capture]) -> None:
        self._start = start
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._is_ready = False
        self._fault = ""
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def wait_ready(self, limit_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_ready or bool(self._fault), limit_s)
            if self._fault or not self._is_ready:
                raise CameraUnavailable(self._fault or "the camera does not start")

    def take(self, limit_s: float) -> Frame:
        """Wait for a frame that nobody has taken yet; an older one is never given."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or bool(self._fault), limit_s)
            frame, self._frame = self._frame, None
            if self._fault or frame is None:
                raise CameraUnavailable(self._fault or "the camera gives no pictures")
            return frame

    def stop(self) -> None:
        self._is_stopped.set()
        self._set_fault("the camera is not open")
        self._thread.join(_CLOSE_LIMIT_S)
        if self._thread.is_alive():
            _log.warning("camera: the driver does not answer; it is left behind")

    def _run(self) -> None:
        try:
            capture = self._start()
        except Exception as error:  # noqa: BLE001  drivers raise anything; the thread must report it
            self._set_fault(f"the camera does not start: {type(error).__name__}")
            return
        try:
            self._pump(capture)
        except Exception as error:  # noqa: BLE001  the same while it runs
            self._set_fault(f"the camera failed: {type(error).__name__}")
        finally:
            capture.release()

    def _pump(self, capture: Capture) -> None:
        if not capture.isOpened():
            self._set_fault("the camera does not start")
            return
        seen = 0
        while not self._is_stopped.is_set():
            is_read, picture = capture.read()
            if not is_read or picture is None:
                self._set_fault("the camera was unplugged or stopped")
                return
            seen += 1
            if seen > _WARM_UP_FRAMES:
                self._put(as_frame(picture))

    def _put(self, frame: Frame) -> None:
        with self._changed:
            self._frame = frame
            self._is_ready = True
            self._changed.notify_all()

    def _set_fault(self, fault: str) -> None:
        with self._changed:
            self._fault = self._fault or fault
            self._frame = None
            self._changed.notify_all()


class OpencvCamera:
    """A camera by its number; always gives the newest picture."""

    def __init__(
        self,
        index: int,
        width: int = 640,
        height: int = 480,
        *,
        start: Callable[[int, int, int], Capture] | None = None,
        read_limit_s: float = READ_LIMIT_S,
        open_limit_s: float = OPEN_LIMIT_S,
    ) -> None:
        """Prepare the camera; starts nothing yet.

        Args:
            index: 0 for the first camera.
            width: pixels to ask for; the driver may answer with another size.
            height: pixels to ask for.
            start: opens the device; tests give their own.
            read_limit_s: seconds that ``read`` waits at most.
            open_limit_s: seconds that ``open`` waits for the first picture.
        """
        self._index = index
        self._size = (width, height)
        self._start = start or start_capture
        self._read_limit_s = read_limit_s
        self._open_limit_s = open_limit_s
        self._pump: _Pump | None = None
        self._left_behind: _Pump | None = None

    @property
    def label(self) -> str:
        """What the device is, for staff."""
        return f"摄像头 {self._index}"

    def open(self) -> None:
        """Start the device and wait until its exposure has settled.

        Raises:
            CameraUnavailable: there is none, it does not start, or its driver still hangs.
        """
        self.close()
        if self._left_behind is not None and self._left_behind.is_running:
            raise CameraUnavailable("the camera's driver hangs; unplug the camera and plug it in")
        pump = _Pump(lambda: self._start(self._index, *self._size))
        self._pump = pump
        try:
            pump.wait_ready(self._open_limit_s)
        except CameraUnavailable:
            self.close()
            raise

    def read(self) -> Frame:
        """Wait for the next picture; at most 2 s.

        Raises:
            CameraUnavailable: not open, unplugged or silent.
        """
        pump = self._pump
        if pump is None:
            raise CameraUnavailable("the camera is not open")
        return pump.take(self._read_limit_s)

    def close(self) -> None:
        """Stop the device; safe to call twice."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.stop()
            if pump.is_running:
                self._left_behind = pump


def start_capture(index: int, width: int, height: int) -> Capture:
    """Open a camera with the backend that suits the system.

    Raises:
        FileNotFoundError: Linux has no such device.
    """
    if sys.platform.startswith("linux") and not Path(f"/dev/video{index}").exists():
        raise FileNotFoundError  # asked first, because OpenCV would only write a warning to stderr
    import cv2

    backends = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW}
    capture = cv2.VideoCapture(index, backends.get(sys.platform, cv2.CAP_ANY))
    if width > _PLAIN_WIDTH:
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
