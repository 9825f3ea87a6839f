"""A picture, a folder of pictures or a film that acts as a camera: for demonstrations and tests."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

from kiosk.devices.picture import PictureUnreadable, as_frame, letter_box, read_picture
from kiosk.errors import CameraUnavailable
from kiosk.services.ports import Frame

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
FILM_SUFFIXES = frozenset({".mp4", ".avi", ".mkv", ".mov", ".webm"})


class FileCamera:
    """Shows the pictures again and again, at a camera's pace and size, letter-boxed where the shape differs."""

    label = "图片模拟摄像头"

    def __init__(
        self,
        path: Path,
        frames_per_second: float = 10.0,
        width: int = 640,
        height: int = 480,
        seconds_for_each: float = 2.0,
    ) -> None:
        """Prepare the camera; reads nothing yet.

        Args:
            path: a JPEG or PNG picture, a folder of them (shown by name), or a film.
            frames_per_second: the pace at which ``read`` answers.
            width: pixels of the frames.
            height: pixels of the frames.
            seconds_for_each: how long each picture of a folder is shown.
        """
        self._path = path
        self._interval_s = 1.0 / frames_per_second
        self._frames_for_each = max(1, round(seconds_for_each * frames_per_second))
        self._size = (width, height)
        self._frames: Iterator[Frame] | None = None
        self._closed = threading.Event()

    @property
    def is_portrait(self) -> bool:
        """Whether it shows one picture and nothing else."""
        return _is_picture(self._path)

    def open(self) -> None:
        """Start the camera.

        Raises:
            CameraUnavailable: the file is missing, damaged or of an unknown kind.
        """
        self.close()
        self._closed = threading.Event()
        frames = self._start()
        # The first frame is read here, so that a damaged file is found before the camera page opens.
        self._frames = itertools.chain([_first(frames)], frames)

    def read(self) -> Frame:
        """Wait for the next picture.

        Raises:
            CameraUnavailable: not open, or the file was removed or damaged meanwhile.
        """
        frames = self._frames
        if frames is None or self._closed.wait(self._interval_s):
            raise CameraUnavailable("the camera is not open")
        return _first(frames).copy()

    def close(self) -> None:
        """Stop the camera; safe to call twice, and from another thread."""
        self._closed.set()
        self._frames = None

    def _start(self) -> Iterator[Frame]:
        if self._path.is_dir():
            paths = sorted(p for p in self._path.iterdir() if _is_picture(p))
            if not paths:
                raise CameraUnavailable("the folder of the picture camera holds no JPEG or PNG")
            return self._show_pictures(paths)
        if _is_picture(self._path):
            return self._show_pictures([self._path])
        if self._path.suffix.lower() in FILM_SUFFIXES and self._path.is_file():
            return (letter_box(frame, *self._size) for frame in _show_film(self._path))
        raise CameraUnavailable("the picture camera's file is missing or of an unknown kind")

    def _show_pictures(self, paths: list[Path]) -> Iterator[Frame]:
        """Hold each picture for a while, for ever; a single one is read once."""
        if len(paths) == 1:
            yield from itertools.repeat(letter_box(read_picture(paths[0]), *self._size))
        for path in itertools.cycle(paths):
            frame = letter_box(read_picture(path), *self._size)
            yield from itertools.repeat(frame, self._frames_for_each)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()


def _first(frames: Iterator[Frame]) -> Frame:
    try:
        return next(frames)
    except (PictureUnreadable, StopIteration) as error:
        raise CameraUnavailable(f"the picture camera stopped: {error}") from error


def _show_film(path: Path) -> Iterator[Frame]:
    """Play a film from its start to its end, for ever; ends when not one frame can be read."""
    import cv2

    is_playable = True
    while is_playable:
        is_playable = False
        film = cv2.VideoCapture(str(path))
        try:
            while True:
                is_read, picture = film.read()
                if not is_read:
                    break
                is_playable = True
                yield as_frame(picture)
        finally:
            film.release()
