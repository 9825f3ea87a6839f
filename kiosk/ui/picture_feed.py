"""A camera's work in a thread of its own. Pictures are dropped to the newest, never queued."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

JOIN_S = 5.0
"""A camera answers or gives up within 2 s; then the thread ends."""

ViewT = TypeVar("ViewT")
ResultT = TypeVar("ResultT")

_log = logging.getLogger(__name__)


class _Work(Generic[ViewT, ResultT]):
    """One running job: its thread, its stop flag, its newest picture.

    The job, which may know the resident's template, belongs to the thread alone and goes with it.
    """

    def __init__(
        self,
        name: str,
        job: Callable[[Callable[[ViewT], None], threading.Event], ResultT],
        broken: ResultT,
        before: "_Work[ViewT, ResultT] | None",
        notify: Callable[[], None],
    ) -> None:
        self._broken = broken
        self._notify = notify
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._newest: ViewT | None = None
        self._result: ResultT | None = None
        self._thread = threading.Thread(
            target=self._work, args=(job, before), name=name, daemon=True
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

    def take(self) -> tuple[ViewT | None, ResultT | None]:
        """Take the newest picture and the result, each once."""
        with self._lock:
            taken = (self._newest, self._result)
            self._newest = self._result = None
        return taken

    def _show(self, view: ViewT) -> None:
        with self._lock:
            if self._stop.is_set():
                return
            is_first = self._newest is None
            self._newest = view
        if is_first:
            self._notify()

    def _work(
        self,
        job: Callable[[Callable[[ViewT], None], threading.Event], ResultT],
        before: "_Work[ViewT, ResultT] | None",
    ) -> None:
        if before is not None:
            before.join()  # one job at a time has the camera
        try:
            result = job(self._show, self._stop)
        except Exception as error:  # noqa: BLE001  whatever a driver raises
            # A bug in a driver must not leave somebody in front of a dead picture.
            _log.exception("camera work failed type=%s", type(error).__name__)
            result = self._broken
        with self._lock:
            if self._stop.is_set():
                return
            self._result = result
        self._notify()


class PictureFeed(QObject, Generic[ViewT, ResultT]):
    """Runs jobs one after another and calls back on its own thread."""

    _news = Signal()

    def __init__(
        self,
        name: str,
        broken: ResultT,
        show: Callable[[ViewT], None],
        finish: Callable[[ResultT], None],
        parent: QObject | None = None,
    ) -> None:
        """Prepare a feed; starts nothing.

        Args:
            name: of its threads.
            broken: the result of a job that raised.
            show: given the newest picture.
            finish: given the result.
            parent: owns the feed.
        """
        super().__init__(parent)
        self._name = name
        self._broken = broken
        self._show = show
        self._finish = finish
        self._work: _Work[ViewT, ResultT] | None = None
        self._last: _Work[ViewT, ResultT] | None = None
        self._news.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """Whether a job is wanted."""
        return self._work is not None

    def start_job(self, job: Callable[[Callable[[ViewT], None], threading.Event], ResultT]) -> None:
        """Start a job; one that still ends is waited for, in the new one's thread."""
        self.stop()
        self._work = self._last = _Work(self._name, job, self._broken, self._last, self._news.emit)

    def stop(self) -> None:
        """Want no more pictures; nothing is called from now on."""
        if self._work is not None:
            self._work.stop()
            self._work = None

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.stop()
        if self._last is not None:
            self._last.join()
            self._last = None

    def _take(self) -> None:
        if self._work is None:
            return
        view, result = self._work.take()
        if view is not None:
            self._show(view)
        if result is not None and self._work is not None:
            self._work = None
            self._finish(result)
