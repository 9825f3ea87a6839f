"""Background work for the window: two lanes of threads and one long-lived bridge back.

One bridge object with one queued signal, never an object for each job: those are deleted while their signal is
still under way, and crash.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.background import BackgroundRunner

ResultT = TypeVar("ResultT")
FREE_THREADS = 3


class _Bridge(QObject):
    """Brings finished jobs to the thread that made it."""

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_closed = False
        self.ready.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, callback: Callable[[], None]) -> None:
        """Have a callback run on the bridge's thread; one signal serves all that wait."""
        with self._lock:
            if self._is_closed:
                return
            self._waiting.append(callback)
            is_first = len(self._waiting) == 1
        if is_first:
            self.ready.emit()

    def close(self) -> None:
        """Drop what waits."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()

    def _drain(self) -> None:
        with self._lock:
            callbacks, self._waiting = self._waiting, deque()
        while callbacks:
            callback = callbacks.popleft()
            try:
                callback()
            except BaseException:
                # The error goes on to the application; the callbacks behind it still get their turn.
                self._put_back(callbacks)
                raise

    def _put_back(self, callbacks: deque[Callable[[], None]]) -> None:
        with self._lock:
            if self._is_closed or not callbacks:
                return
            callbacks.extend(self._waiting)
            self._waiting = callbacks
        self.ready.emit()


class _Lane:
    """A ``BackgroundRunner`` over one executor."""

    def __init__(self, name: str, threads: int, bridge: _Bridge) -> None:
        self._bridge = bridge
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
        self._is_closed = False

    def submit(
        self,
        job: Callable[[], ResultT],
        done: Callable[[ResultT], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run a job, then call back on the window's thread."""
        if not self._is_closed:
            self._executor.submit(self._run, job, done, failed)

    def close(self) -> None:
        """Drop jobs that have not begun and wait for those that have."""
        self._is_closed = True
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _run(
        self,
        job: Callable[[], ResultT],
        done: Callable[[ResultT], None],
        failed: Callable[[Exception], None],
    ) -> None:
        try:
            result = job()
        except Exception as error:  # noqa: BLE001  whatever a job raises belongs to its caller
            reason = error  # the name of an except clause is gone when the callback runs
            self._bridge.post(lambda: failed(reason))
        else:
            self._bridge.post(lambda: done(result))


class QtBackground:
    """Two lanes: one thread for everything that moves the visit, some for the rest. Make it on the window's thread."""

    def __init__(self) -> None:
        self._bridge = _Bridge()
        self._visit = _Lane("visit", 1, self._bridge)
        self._free = _Lane("free", FREE_THREADS, self._bridge)

    @property
    def visit_lane(self) -> BackgroundRunner:
        """One job after another: navigator, database."""
        return self._visit

    @property
    def free_lane(self) -> BackgroundRunner:
        """Jobs that may run beside each other."""
        return self._free

    def close(self) -> None:
        """End both lanes; results that are still under way are dropped. Safe to call twice."""
        self._bridge.close()
        self._visit.close()
        self._free.close()
