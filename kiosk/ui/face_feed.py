"""The thread of a face check. Pictures are dropped to the newest, never queued."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.services.verify_face import FaceCheckResult, FaceCheckRun, FaceView

JOIN_S = 5.0
"""A camera answers or gives up within 2 s; then the thread ends."""

_log = logging.getLogger(__name__)


class _Check:
    """One running check: its thread, its stop flag, its newest picture.

    The run, which knows the resident's template, belongs to the thread alone and goes with it.
    """

    def __init__(
        self, run: FaceCheckRun, before: "_Check | None", notify: Callable[[], None]
    ) -> None:
        self._notify = notify
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._newest: FaceView | None = None
        self._result: FaceCheckResult | None = None
        self._thread = threading.Thread(
            target=self._work, args=(run, before), name="face-check", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and drop the picture; does not wait."""
        with self._lock:
            self._stop.set()
            self._newest = self._result = None

    def join(self) -> None:
        """Wait for the thread."""
        self._thread.join(JOIN_S)

    def take(self) -> tuple[FaceView | None, FaceCheckResult | None]:
        """Take the newest picture and the result, each once."""
        with self._lock:
            taken = (self._newest, self._result)
            self._newest = self._result = None
        return taken

    def _show(self, view: FaceView) -> None:
        with self._lock:
            if self._stop.is_set():
                return
            is_first = self._newest is None
            self._newest = view
        if is_first:
            self._notify()

    def _work(self, run: FaceCheckRun, before: "_Check | None") -> None:
        if before is not None:
            before.join()  # one check at a time has the camera
        try:
            result = run.run(self._show, self._stop)
        except Exception as error:  # noqa: BLE001  whatever a driver raises
            # A bug in a driver must not leave somebody in front of a dead mirror.
            _log.exception("face check failed type=%s", type(error).__name__)
            result = FaceCheckResult("unavailable", code="KSK-000")
        with self._lock:
            if self._stop.is_set():
                return
            self._result = result
        self._notify()


class FaceFeed(QObject):
    """Runs checks one after another and calls back on its own thread."""

    _news = Signal()

    def __init__(
        self,
        show: Callable[[FaceView], None],
        finish: Callable[[FaceCheckResult], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._show = show
        self._finish = finish
        self._check: _Check | None = None
        self._last: _Check | None = None
        self._news.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """Whether a check is wanted."""
        return self._check is not None

    def start(self, run: FaceCheckRun) -> None:
        """Start a check; one that still ends is waited for, in the new one's thread."""
        self.stop()
        self._check = self._last = _Check(run, self._last, self._news.emit)

    def stop(self) -> None:
        """Want no more pictures; nothing is called from now on."""
        if self._check is not None:
            self._check.stop()
            self._check = None

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.stop()
        if self._last is not None:
            self._last.join()
            self._last = None

    def _take(self) -> None:
        if self._check is None:
            return
        view, result = self._check.take()
        if view is not None:
            self._show(view)
        if result is not None and self._check is not None:
            self._check = None
            self._finish(result)
