"""Use case: take one picture of a paper or of people, with the live camera and advice, and make it small to send.

Nothing is kept but the picture that was taken: a frame lives as long as it is on screen.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kiosk.errors import KioskError
from kiosk.services.ports import Camera, Frame

PhotoKind = Literal["document", "portrait", "people"]

LOOKS_AFTER_SHUTTER = 6
"""The touch itself shakes the machine: of so many frames the first good one is taken, else the best."""

SHOWN_SIDE = 960
"""Pixels: a preview is not larger, so that the window's thread has less to draw."""


@dataclass(frozen=True, slots=True)
class PhotoView:
    """What the page shows for one frame."""

    frame: Frame = field(repr=False)
    advice: str
    """Prompt id of what to improve; empty when the picture is good. Its last part names an icon."""

    @property
    def is_good(self) -> bool:
        """Whether the picture can be used as it is."""
        return not self.advice


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """How the session ended."""

    kind: Literal["taken", "unavailable", "stopped"]
    jpeg: bytes = field(default=b"", repr=False)
    code: str = ""
    """The error code when unavailable."""


@dataclass(frozen=True, slots=True)
class PhotoJudgement:
    """What one frame is worth."""

    advice: str
    """As in ``PhotoView``."""
    quality: float
    """Only orders frames among each other: more is better."""


class PhotoJudge(Protocol):
    """Judges frames of one kind and writes the one that is kept. One thread at a time."""

    def judge(self, frame: Frame) -> PhotoJudgement:
        """Say what to improve."""

    def encode(self, frame: Frame) -> bytes:
        """Write a frame as JPEG, small enough to be sent."""


class PhotoSession(Protocol):
    """A camera that is ready to be opened, in a thread of its own."""

    def run(
        self, show: Callable[[PhotoView], None], shutter: threading.Event, stop: threading.Event
    ) -> PhotoResult:
        """Run until the shutter was pressed or ``stop`` is set; never raises for an expected fault."""


class PhotoSource(Protocol):
    """Makes sessions."""

    def session(self, kind: PhotoKind) -> PhotoSession:
        """Prepare a session; opens nothing and does not wait."""


@dataclass(frozen=True, slots=True)
class TakePhoto:
    """A ``PhotoSession`` over a real camera."""

    camera: Camera
    judge: PhotoJudge

    def run(
        self, show: Callable[[PhotoView], None], shutter: threading.Event, stop: threading.Event
    ) -> PhotoResult:
        """Open the camera, show and judge every frame, take one, close the camera."""
        try:
            self.camera.open()
            while not stop.is_set():
                frame, judgement = self._look(show)
                if shutter.is_set():
                    best = self._best(frame, judgement, show, stop)
                    return PhotoResult("taken", self.judge.encode(best))
            return PhotoResult("stopped")
        except KioskError as error:
            return PhotoResult("unavailable", code=error.code)
        finally:
            self.camera.close()

    def _best(
        self,
        frame: Frame,
        judgement: PhotoJudgement,
        show: Callable[[PhotoView], None],
        stop: threading.Event,
    ) -> Frame:
        best, best_judgement = frame, judgement
        for _ in range(LOOKS_AFTER_SHUTTER - 1):
            if not best_judgement.advice or stop.is_set():
                break
            frame, judgement = self._look(show)
            if not judgement.advice or judgement.quality > best_judgement.quality:
                best, best_judgement = frame, judgement
        return best

    def _look(self, show: Callable[[PhotoView], None]) -> tuple[Frame, PhotoJudgement]:
        frame = self.camera.read()
        judgement = self.judge.judge(frame)
        show(PhotoView(_for_screen(frame), judgement.advice))
        return frame, judgement


@dataclass(frozen=True, slots=True)
class CameraPhotos:
    """A ``PhotoSource`` over the kiosk's camera."""

    make_camera: Callable[[PhotoKind], Camera]
    """Opens nothing."""
    judge_for: Callable[[PhotoKind], PhotoJudge]

    def session(self, kind: PhotoKind) -> PhotoSession:
        """Prepare a session."""
        return TakePhoto(self.make_camera(kind), self.judge_for(kind))


def _for_screen(frame: Frame) -> Frame:
    """Leave pixels out until a picture is small enough to be drawn many times a second."""
    step = -(-max(frame.shape[:2]) // SHOWN_SIDE)
    return frame[::step, ::step]
