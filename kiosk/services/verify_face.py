"""Use case: one guided face check, from the live camera to a decision.

The check looks at every frame, says what to improve, and compares only frames that pass the quality gate. Once the face
matches, it asks for motions where liveness is wanted. It keeps no picture: a frame lives as long as it is on screen.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kiosk.clock import Clock
from kiosk.errors import KioskError, TemplateUnusable
from kiosk.services.liveness_ports import Liveness, LivenessView, NoLiveness
from kiosk.services.ports import (
    Camera,
    Embedding,
    FaceAdvice,
    FaceBox,
    FaceEngine,
    FaceObservation,
    FaceTemplate,
    Frame,
)
from kiosk.services.watch_liveness import OBSTACLES, WatchLiveness, require_moving

GOOD_FRAMES_PER_TRY = 3
"""Compared frames for one try; the best (smallest) of them counts, as a person who blinks once is the same person."""

MATCHES_NEEDED = 2
"""Of those, how many must match: one lucky frame is not enough."""

TRIES = 3
"""Then the next way is offered. Three tries raise the false match rate at most threefold."""

COMPARE_INTERVAL_S = 0.4
"""Between two compared frames: three pictures of the same instant would be one chance, not three."""

TRY_TIME_S = 20.0
"""A try without enough good frames ends after this time; the next one starts at once."""


@dataclass(frozen=True, slots=True)
class FaceView:
    """What the page shows for one frame."""

    frame: Frame
    box: FaceBox | None
    advice: FaceAdvice | None
    progress: float
    """0 to 1: compared frames of this try."""
    attempt: int
    """From 1."""
    liveness: LivenessView | None = None
    """What to ask once the face is recognised."""


@dataclass(frozen=True, slots=True)
class FaceCheckResult:
    """How the check ended."""

    kind: Literal["accepted", "not_accepted", "unavailable", "stopped"]
    score: float = 0.0
    engine_id: str = ""
    threshold: float = 0.0
    attempts: int = 0
    code: str = ""
    """The error code when unavailable."""
    worst: float = float("inf")
    """The least alike of all frames that the accepted try compared. A stranger's worst frame is as good as a threshold
    asks no more often than a single one, so the bounds of single comparisons hold for it; for the best they do not."""
    closest: float | None = None
    """The best score when not accepted; None when no picture could be compared."""
    stranger_scores: tuple[float, ...] = ()
    """Of the accepted picture against templates of other residents, for the anonymous score log."""
    is_live: bool = False
    """A living person was shown to be there: never assumed."""
    is_other_face: bool = False
    """When not accepted: it matched first, and then another face took its place."""
    embedding: "Embedding | None" = field(default=None, repr=False, compare=False)
    """Of the last matching picture when accepted; a template may follow it after strong proof."""


class FaceCheckRun(Protocol):
    """A check that is ready to run in a thread of its own."""

    def run(self, show: Callable[[FaceView], None], stop: threading.Event) -> FaceCheckResult:
        """Run until a decision or until ``stop`` is set; never raises for an expected fault."""


@dataclass(slots=True)
class _Try:
    """Counts of one try."""

    started_s: float
    last_compared_s: float = float("-inf")
    compared: int = 0
    matched: int = 0
    best_score: float = float("inf")
    closest: float = float("inf")
    """Of all compared frames, matching or not."""
    worst: float = float("-inf")
    """Of all compared frames, matching or not."""
    embeddings: list[Embedding] = field(default_factory=list)
    """Of the matching frames."""


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """A ``FaceCheckRun`` over a real camera and engine."""

    camera: Camera
    engine: FaceEngine
    template: FaceTemplate
    threshold: float
    clock: Clock
    others: tuple[FaceTemplate, ...] = ()
    """A few other residents' templates: what a stranger would score here, for the anonymous score log."""
    make_liveness: Callable[[], Liveness] = NoLiveness
    """Given a fresh one for each check."""
    tell: Callable[[LivenessView], None] = lambda _view: None
    """Told what the person is asked to do."""

    def run(self, show: Callable[[FaceView], None], stop: threading.Event) -> FaceCheckResult:
        """Open the camera, guide, compare, close the camera."""
        try:
            self.engine.warm_up()
            liveness = self.make_liveness()
            self.camera.open()
            return self._guide(liveness, show, stop)
        except KioskError as error:
            return FaceCheckResult("unavailable", code=error.code)
        finally:
            self.camera.close()

    def _guide(
        self, liveness: Liveness, show: Callable[[FaceView], None], stop: threading.Event
    ) -> FaceCheckResult:
        closest = float("inf")
        for attempt in range(1, TRIES + 1):
            current = _Try(self.clock.monotonic_s())
            while not stop.is_set() and not self._is_over(current):
                self._look(current, attempt, liveness, show)
                if current.matched >= MATCHES_NEEDED:
                    return self._matched(current, attempt, liveness, show, stop)
            closest = min(closest, current.closest)
            if stop.is_set():
                return FaceCheckResult("stopped", attempts=attempt)
        return FaceCheckResult(
            "not_accepted",
            engine_id=self.engine.engine_id,
            attempts=TRIES,
            closest=closest if closest < float("inf") else None,
        )

    def _matched(
        self,
        current: _Try,
        attempt: int,
        liveness: Liveness,
        show: Callable[[FaceView], None],
        stop: threading.Event,
    ) -> FaceCheckResult:
        """Look for a living person; the match stands without one, unless another face took its place."""

        def show_motion(frame: Frame, seen: FaceObservation, view: LivenessView) -> None:
            advice = seen.advice if seen.advice in OBSTACLES else None
            show(FaceView(frame, seen.box, advice, view.progress, attempt, view))

        watch = WatchLiveness(self.camera, self.engine, self.clock, liveness, self.tell)
        vectors = tuple(one.astype("<f4").tobytes() for one in current.embeddings)
        recognised = FaceTemplate(self.engine.engine_id, vectors)
        verdict = watch.run(recognised, show_motion, stop)
        if verdict is None:
            return FaceCheckResult("stopped", attempts=attempt)
        if verdict.is_other_face:
            # No score is told: those that there are belong to two people.
            return FaceCheckResult(
                "not_accepted",
                engine_id=self.engine.engine_id,
                attempts=attempt,
                is_other_face=True,
            )
        return FaceCheckResult(
            "accepted",
            current.best_score,
            self.engine.engine_id,
            self.threshold,
            attempt,
            worst=current.worst,
            stranger_scores=self._stranger_scores(current.embeddings[-1]),
            is_live=verdict.is_live,
            embedding=current.embeddings[-1],
        )

    def _stranger_scores(self, embedding: Embedding) -> tuple[float, ...]:
        scores: list[float] = []
        for other in self.others:
            with contextlib.suppress(TemplateUnusable):
                scores.append(self.engine.compare(embedding, other).score)
        return tuple(scores)

    def _is_over(self, current: _Try) -> bool:
        is_late = self.clock.monotonic_s() - current.started_s > TRY_TIME_S
        return is_late or current.compared >= GOOD_FRAMES_PER_TRY

    def _look(
        self,
        current: _Try,
        attempt: int,
        liveness: Liveness,
        show: Callable[[FaceView], None],
    ) -> None:
        frame = self.camera.read()
        seen = self.engine.observe(frame)
        now_s = self.clock.monotonic_s()
        liveness.watch(frame, seen, now_s)
        require_moving(liveness)
        is_due = now_s - current.last_compared_s >= COMPARE_INTERVAL_S
        if is_due and seen.advice is None and seen.box is not None:
            current.last_compared_s = now_s
            embedding = self.engine.embed(frame, seen)
            comparison = self.engine.compare(embedding, self.template)
            current.compared += 1
            current.closest = min(current.closest, comparison.score)
            current.worst = max(current.worst, comparison.score)
            if comparison.is_match:
                current.matched += 1
                current.embeddings.append(embedding)
                current.best_score = min(current.best_score, comparison.score)
        progress = min(1.0, current.matched / MATCHES_NEEDED)
        show(FaceView(frame, seen.box, seen.advice, progress, attempt))
