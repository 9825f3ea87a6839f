"""Waiting without sleeping; tests put in timers that they turn by hand."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer


class Timer(Protocol):
    """One thing that will happen later."""

    def cancel(self) -> None:
        """Let it not happen; safe to call twice and after it happened."""


class Timers(Protocol):
    """Makes timers of the window's thread."""

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call back once after a time, unless cancelled."""


class _QtTimer:
    def __init__(self, delay_s: float, callback: Callable[[], None], parent: QObject) -> None:
        self._timer: QTimer | None = QTimer(parent)
        self._callback = callback
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fire)
        self._timer.start(round(delay_s * 1000))

    def cancel(self) -> None:
        """Stop and drop the timer."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.deleteLater()
            self._timer = None

    def _fire(self) -> None:
        self.cancel()
        self._callback()


class QtTimers:
    """The real timers."""

    def __init__(self, parent: QObject) -> None:
        self._parent = parent

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call back once on the window's thread."""
        return _QtTimer(delay_s, callback, self._parent)
