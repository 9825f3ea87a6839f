"""The second half of a face check: the face is recognised, now a living person is looked for.

Every picture that can be compared is compared with the pictures that were recognised just before: whoever makes the
motions must be the one who was recognised.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.errors import CameraUnavailable
from kiosk.services.liveness_ports import Liveness, LivenessReason, LivenessVerdict, LivenessView
from kiosk.services.ports import (
    Camera,
    FaceAdvice,
    FaceEngine,
    FaceObservation,
    FaceTemplate,
    Frame,
)

COMPARE_INTERVAL_S = 0.15
"""Shorter than before the match: a nod lasts half a second, and its middle must show the same face."""

OBSTACLES = frozenset(
    {
        FaceAdvice.NO_FACE,
        FaceAdvice.SEVERAL_FACES,
        FaceAdvice.TOO_DARK,
        FaceAdvice.TOO_BRIGHT,
        FaceAdvice.TOO_FAR,
        FaceAdvice.OCCLUDED,
    }
)
"""What is said also while a motion is asked for; a face that is turned away or near is what was asked for."""

Show = Callable[[Frame, FaceObservation, LivenessView], None]


@dataclass(frozen=True, slots=True)
class WatchLiveness:
    """Runs a ``Liveness`` over a camera that is open."""

    camera: Camera
    engine: FaceEngine
    clock: Clock
    liveness: Liveness
    tell: Callable[[LivenessView], None]
    """Told what is asked: a simulated person does it."""

    def run(
        self, recognised: FaceTemplate, show: Show, stop: threading.Event
    ) -> LivenessVerdict | None:
        """Watch until there is a verdict.

        Args:
            recognised: the pictures of this very check that matched.
            show: given each picture and what is asked.
            stop: ends it without a verdict.
        Raises:
            CameraUnavailable: unplugged, or it stands still.
        """
        self.liveness.begin(self.clock.monotonic_s())
        last_compared_s = float("-inf")
        while self.liveness.verdict is None and not stop.is_set():
            frame = self.camera.read()
            seen = self.engine.observe(frame)
            now_s = self.clock.monotonic_s()
            self.liveness.watch(frame, seen, now_s)
            is_due = now_s - last_compared_s >= COMPARE_INTERVAL_S
            if is_due and seen.advice is None and seen.box is not None:
                last_compared_s = now_s
                embedding = self.engine.embed(frame, seen)
                is_same = self.engine.compare(embedding, recognised).is_match
                self.liveness.note_comparison(now_s, is_same=is_same)
            view = self.liveness.view
            if view is not None:
                self.tell(view)
                show(frame, seen, view)
        require_moving(self.liveness)
        return self.liveness.verdict


def require_moving(liveness: Liveness) -> None:
    """Take a camera that stands still for what it is: a device that does not work.

    Raises:
        CameraUnavailable: the same picture came again and again.
    """
    verdict = liveness.verdict
    if verdict is not None and verdict.reason is LivenessReason.FROZEN:
        raise CameraUnavailable("the camera gives the same picture again and again")
