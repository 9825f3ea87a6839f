"""The one thread before the printer: prints what waits, looks after the printer, stops when told."""

import logging
import threading
from collections.abc import Callable

from kiosk.errors import KioskError
from kiosk.services.ports import PrinterState, PrinterStatus
from kiosk.services.print_document import RETRY_S, PrintDocument, PrintOutcome

_log = logging.getLogger(__name__)

LOOK_S = 30.0
"""Between two looks at an idle printer."""


class PrintWorker:
    """Every public method may be called from any thread.

    Args:
        on_change: called in the worker's thread when a paper's or the printer's state may have changed.
    """

    def __init__(
        self,
        documents: PrintDocument,
        on_change: Callable[[], None] = lambda: None,
        retry_s: float = RETRY_S,
    ) -> None:
        self.documents = documents
        self._on_change = on_change
        self._retry_s = retry_s
        self._status = PrinterStatus(PrinterState.ABSENT)
        self._wake = threading.Event()
        self._stop = threading.Event()
        # No daemon: it would be cut off between the paper and its confirmation.
        self._thread = threading.Thread(target=self._loop, name="printer", daemon=False)

    def start(self) -> None:
        """Begin; what a crash left behind is printed first."""
        self._thread.start()

    def wake(self) -> None:
        """A paper was queued."""
        self._wake.set()

    def status(self) -> PrinterStatus:
        """What the printer said last; asks nothing."""
        return self._status

    def stop(self, timeout_s: float) -> bool:
        """End after the paper under way; whether the thread ended in time."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._look()
            outcome = self._run()
            if outcome in (PrintOutcome.PRINTED, PrintOutcome.GIVEN_UP):
                continue
            wait_s = self._retry_s if outcome is PrintOutcome.LATER else LOOK_S
            if self._wake.wait(0.0 if self._stop.is_set() else wait_s):
                self._wake.clear()

    def _look(self) -> None:
        status = self.documents.printer.state()
        is_new = status != self._status
        self._status = status
        if is_new:
            _log.info("printer state=%s", status.state.value)
            self._on_change()

    def _run(self) -> PrintOutcome:
        try:
            outcome = self.documents.run_next()
        except KioskError as error:
            _log.warning("print queue unusable code=%s", error.code)
            return PrintOutcome.LATER
        except Exception as error:  # noqa: BLE001 (whatever a driver raises)
            # A bug in a driver must not end printing for ever; its text may hold what the paper says.
            _log.error("print queue failed type=%s", type(error).__name__)
            return PrintOutcome.LATER
        if outcome is not PrintOutcome.NOTHING:
            self._on_change()
        return outcome
