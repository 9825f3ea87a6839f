"""The thread that looks for a code through the camera."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.services.scan_code import CodeScanRun

JOIN_S = 5.0
"""A camera answers or gives up within 2 s; then the thread ends."""

_log = logging.getLogger(__name__)


class CodeFeed(QObject):
    """Runs one look at a time and calls back, once, on its own thread."""

    _found = Signal(int, str)

    def __init__(self, found: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._call = found
        self._serial = 0
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._found.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self, run: CodeScanRun) -> None:
        """Look for a code; a look that still ends is waited for, in the new one's thread."""
        self.stop()
        self._serial += 1
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._work,
            args=(run, self._stop, self._serial, self._thread),
            name="code-scan",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Look no more; nothing is called from now on."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None
            self._serial += 1

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.stop()
        if self._thread is not None:
            self._thread.join(JOIN_S)
            self._thread = None

    def _work(
        self,
        run: CodeScanRun,
        stop: threading.Event,
        serial: int,
        before: threading.Thread | None,
    ) -> None:
        if before is not None:
            before.join(JOIN_S)  # one look at a time has the camera
        try:
            text = run.run(stop)
        except Exception as error:  # noqa: BLE001  whatever a driver raises
            # The scanner is the other way; the text of the error may hold what was seen.
            _log.error("code scan failed type=%s", type(error).__name__)
            return
        if text and not stop.is_set():
            self._found.emit(serial, text)

    def _take(self, serial: int, text: str) -> None:
        if serial == self._serial:
            self.stop()
            self._call(text)
