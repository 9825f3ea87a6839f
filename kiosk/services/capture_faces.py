"""Use case: take three to five pictures of one face, guided, and make a template of them. No picture is stored."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kiosk.clock import Clock
from kiosk.errors import FaceNotUsable, KioskError
from kiosk.services.ports import (
    Camera,
    FaceAdvice,
    FaceBox,
    FaceEngine,
    FaceObservation,
    FaceTemplate,
    Frame,
)

FEWEST, MOST = 3, 5
"""Pictures of one enrolment. Source: docs of the identity design: a mean of three errs far less than one picture."""

POSES = ("front", "left", "right", "glasses", "place")
"""What is asked for before each picture; the last part of a text id. It makes pictures differ and is not measured."""

HOLD_S = 0.6
"""Good pictures in a row before one is taken: nobody is caught while blinking or turning."""
MOVE_S = 1.6
"""After a picture, to hear and do what the next one asks for."""
LONGEST_S = 60.0
"""Without a picture; then staff are told why."""


@dataclass(frozen=True, slots=True, eq=False)
class CaptureView:
    """What the page shows for one frame."""

    frame: Frame = field(repr=False)
    box: FaceBox | None
    advice: FaceAdvice | None
    pose: str
    """Of ``POSES``."""
    taken: int
    wanted: int
    progress: float
    """0 to 1: how long the face has been good."""


@dataclass(frozen=True, slots=True, eq=False)
class CaptureResult:
    """How it ended."""

    kind: Literal["captured", "not_usable", "unavailable", "stopped"]
    frames: tuple[Frame, ...] = field(default=(), repr=False)
    """In memory only, so that more pictures can be added."""
    template: FaceTemplate | None = None
    advice: str = ""
    """Why not usable: a ``FaceAdvice`` or ``other_person``."""
    picture: int = 0
    """Which one, from 1; 0 when none could be taken."""
    code: str = ""
    """The error code when unavailable."""


class CaptureRun(Protocol):
    """A capture that is ready to run in a thread of its own."""

    def run(self, show: Callable[[CaptureView], None], stop: threading.Event) -> CaptureResult:
        """Run until enough pictures or until ``stop`` is set; never raises for an expected fault."""


@dataclass(slots=True)
class _Hold:
    """Since when the face has been good, and from when a picture may be taken."""

    began_s: float
    not_before_s: float
    good_since_s: float | None = None
    advice: FaceAdvice = FaceAdvice.NO_FACE

    def progress(self, seen: FaceObservation, now_s: float) -> float:
        """Follow one frame; 1 takes the picture."""
        if seen.advice is not None or now_s < self.not_before_s:
            self.good_since_s = None
            self.advice = seen.advice or self.advice
            return 0.0
        if self.good_since_s is None:
            self.good_since_s = now_s
        return min(1.0, (now_s - self.good_since_s) / HOLD_S)


@dataclass(frozen=True, slots=True)
class CaptureFaces:
    """A ``CaptureRun`` over a real camera and engine."""

    camera: Camera
    engine: FaceEngine
    clock: Clock
    before: tuple[Frame, ...] = ()
    """Pictures that were taken already; one more is added to them."""

    def run(self, show: Callable[[CaptureView], None], stop: threading.Event) -> CaptureResult:
        """Open the camera, guide, take, close the camera, make the template."""
        try:
            self.engine.warm_up()
            self.camera.open()
            taken = self._guide(show, stop)
        except KioskError as error:
            return CaptureResult("unavailable", code=error.code)
        finally:
            self.camera.close()
        if not isinstance(taken, tuple):
            return taken
        try:
            return CaptureResult("captured", taken, self.engine.enrol(taken))
        except FaceNotUsable as error:
            return CaptureResult("not_usable", advice=error.advice, picture=error.index + 1)
        except KioskError as error:
            return CaptureResult("unavailable", code=error.code)

    def _guide(
        self, show: Callable[[CaptureView], None], stop: threading.Event
    ) -> tuple[Frame, ...] | CaptureResult:
        frames = self.before
        wanted = min(MOST, max(FEWEST, len(frames) + 1))
        start_s = self.clock.monotonic_s()
        hold = _Hold(start_s, start_s)
        while len(frames) < wanted:
            if stop.is_set():
                return CaptureResult("stopped")
            frame = self.camera.read()
            now_s = self.clock.monotonic_s()
            if now_s - hold.began_s > LONGEST_S:
                return CaptureResult("not_usable", advice=hold.advice.value)
            seen = self.engine.observe(frame)
            progress = hold.progress(seen, now_s)
            if progress >= 1.0:
                frames = (*frames, frame)
                hold = _Hold(now_s, now_s + MOVE_S)
            pose = POSES[min(len(frames), wanted - 1)]
            show(
                CaptureView(frame, seen.box, seen.advice, pose, len(frames), wanted, progress % 1.0)
            )
        return frames
