"""Watches the card reader while a page waits for a card."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.errors import CardReaderUnavailable
from kiosk.services.ports import Card, CardReader

POLL_S = 0.25
JOIN_S = 3.0

_log = logging.getLogger(__name__)


class _Watch:
    """One wait for a card."""

    def __init__(
        self,
        reader: CardReader,
        spent: Card | None,
        before: "_Watch | None",
        notify: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._spent = spent
        self._before = before
        self._notify = notify
        self._stop = threading.Event()
        self.card: Card | None = None
        self._thread = threading.Thread(target=self._work, name="card-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; does not wait."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the thread."""
        self._thread.join(JOIN_S)

    def _work(self) -> None:
        if self._before is not None:
            self._before.join()
            self._before = None
        was_silent = False
        while not self._stop.is_set():
            try:
                card = self._reader.read()
            except CardReaderUnavailable as error:
                if not was_silent:
                    _log.warning("card reader silent code=%s", error.code)
                was_silent, card = True, None
            else:
                was_silent = False
                if card is None:
                    self._spent = None  # lifted: the same card counts again
            if card is not None and card != self._spent:
                self.card = card
                self._notify()
                return
            self._stop.wait(POLL_S)


class CardFeed(QObject):
    """Calls back once, on its own thread, when a card lies on the reader."""

    _news = Signal()

    def __init__(
        self, reader: CardReader, present: Callable[[Card], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reader = reader
        self._present = present
        self._watch: _Watch | None = None
        self._last: _Watch | None = None
        self._news.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self, spent: Card | None) -> None:
        """Wait for a card; ``spent`` was already refused on this page and counts again only after it was lifted."""
        self.stop()
        self._watch = self._last = _Watch(self._reader, spent, self._last, self._news.emit)

    def stop(self) -> None:
        """Wait no more; nothing is called from now on."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.stop()
        if self._last is not None:
            self._last.join()
            self._last = None

    def _take(self) -> None:
        if self._watch is None or self._watch.card is None:
            return
        card, self._watch = self._watch.card, None
        self._present(card)
