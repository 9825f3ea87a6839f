"""Ask, before anything ends, whether somebody is still there; never end while the kiosk itself is talking."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.ui.timers import Timer, Timers

WARNING_S = 30
"""How long the question stays. Source: WCAG 2.2, 2.2.1 asks for at least 20 s and a simple way to go on."""

RECHECK_S = 2.0
"""When to look again after speech, work or a finger on the screen held the warning up."""


@dataclass(frozen=True, slots=True)
class IdleEvents:
    """What the watch asks and tells."""

    is_held: Callable[[], bool]
    """Whether speech is running, work goes on, or a finger is down."""
    warn: Callable[[int], None]
    """Ask, with the seconds left; called each second."""
    time_out: Callable[[], None]
    """Nobody answered."""


class IdleWatch:
    """Counts from the last sign of life."""

    def __init__(self, timers: Timers, events: IdleEvents) -> None:
        self._timers = timers
        self._events = events
        self._timer: Timer | None = None
        self._timeout_s = 0.0
        self._left_s = 0

    @property
    def is_warning(self) -> bool:
        """Whether the question is up."""
        return self._left_s > 0

    def watch(self, timeout_s: float) -> None:
        """Begin to count; 0 means that this page waits for ever."""
        self.stop()
        self._timeout_s = timeout_s
        self._arm(timeout_s)

    def touch(self) -> None:
        """Somebody is there; while the question is up only its buttons answer it."""
        if not self.is_warning and self._timeout_s > 0:
            self._arm(self._timeout_s)

    def stop(self) -> None:
        """Count no more."""
        self._cancel()
        self._timeout_s = 0.0
        self._left_s = 0

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, delay_s: float) -> None:
        self._cancel()
        if delay_s > 0:
            self._timer = self._timers.after(delay_s, self._due)

    def _due(self) -> None:
        if self._events.is_held():
            self._arm(RECHECK_S)
            return
        self._left_s = WARNING_S
        self._count()

    def _count(self) -> None:
        self._events.warn(self._left_s)
        self._timer = self._timers.after(1.0, self._second)

    def _second(self) -> None:
        if self._left_s > 1:
            self._left_s -= 1
            self._count()
        elif self._events.is_held():
            self._count()
        else:
            self.stop()
            self._events.time_out()
