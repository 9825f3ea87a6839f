"""Watches the card reader while a page waits for a card, and after a visit until its card was lifted."""

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.errors import CardReaderUnavailable
from kiosk.services.ports import Card, CardReader

POLL_S = 0.25
JOIN_S = 3.0
_SALT_BYTES = 16
_MARK_BYTES = 16

_log = logging.getLogger(__name__)


class _MarkedReader:
    """Reads cards and tells them apart by a salted hash of their number, which outlives the visit."""

    def __init__(self, reader: CardReader) -> None:
        self._reader = reader
        self._salt = secrets.token_bytes(_SALT_BYTES)

    def read(self) -> tuple[Card, bytes] | None:
        """The card on the reader and its mark.

        Raises:
            CardReaderUnavailable: the reader is gone.
        """
        card = self._reader.read()
        return None if card is None else (card, self.mark(card))

    def mark(self, card: Card) -> bytes:
        """What stands for the card: the same for the same card while the program runs."""
        number = card.card_number.encode("utf-8", "surrogatepass")  # hostile input
        return hashlib.blake2b(number, key=self._salt, digest_size=_MARK_BYTES).digest()


class _Watch:
    """A thread at the reader. ``left`` is the mark of an earlier visit's card that was not lifted since."""

    def __init__(self, reader: _MarkedReader, before: "_Watch | None", left: bytes | None) -> None:
        self.left = left
        self._reader = reader
        self._stop = threading.Event()
        self._was_silent = False
        self._thread = threading.Thread(
            target=self._work, args=(before,), name="card-reader", daemon=True
        )

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; does not wait."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the thread."""
        self._thread.join(JOIN_S)

    def _work(self, before: "_Watch | None") -> None:
        if before is not None:
            before.join()
            self._follow(before)
        while not self._look():
            if self._stop.wait(POLL_S):
                return

    def _follow(self, before: "_Watch") -> None:
        """Take over what the watch before knew."""

    def _look(self) -> bool:
        """Read once; whether the watch is over."""
        try:
            read = self._reader.read()
        except CardReaderUnavailable as error:
            if not self._was_silent:
                _log.warning("card reader silent code=%s", error.code)
            self._was_silent = True
            return False
        self._was_silent = False
        return self._judge(*read) if read is not None else self._judge(None, None)

    def _judge(self, card: Card | None, mark: bytes | None) -> bool:
        raise NotImplementedError


class _CardWait(_Watch):
    """One wait for a card."""

    def __init__(
        self,
        reader: _MarkedReader,
        before: _Watch | None,
        spent: bytes | None,
        notify: Callable[[], None],
    ) -> None:
        super().__init__(reader, before, None)
        self._spent = spent
        self._notify = notify
        self._lock = threading.Lock()
        self._card: Card | None = None

    def stop(self) -> None:
        """Ask the thread to end and drop the card; does not wait."""
        with self._lock:
            self._stop.set()
            self._card = None

    def take(self) -> Card | None:
        """Take the card, once."""
        with self._lock:
            card, self._card = self._card, None
        return card

    def _follow(self, before: _Watch) -> None:
        self.left = before.left

    def _judge(self, card: Card | None, mark: bytes | None) -> bool:
        if mark != self.left:
            self.left = None  # lifted: the same card counts again
        if card is None:
            self._spent = None
        if card is None or mark in (self.left, self._spent):
            return False
        with self._lock:
            if self._stop.is_set():
                return True
            self._card = card
        self._notify()
        return True


class _Departure(_Watch):
    """Waits, after a visit, until the card that lies there is lifted."""

    _is_first = True

    def _follow(self, before: _Watch) -> None:
        self.left = self.left or before.left

    def _judge(self, card: Card | None, mark: bytes | None) -> bool:
        if self._is_first:
            self._is_first = False
            self.left = mark
        elif mark != self.left:
            self.left = None
        return self.left is None


class CardFeed(QObject):
    """Calls back once, on its own thread, when a card lies on the reader."""

    _news = Signal()

    def __init__(
        self, reader: CardReader, present: Callable[[Card], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reader = _MarkedReader(reader)
        self._present = present
        self._wait: _CardWait | None = None
        self._last: _Watch | None = None
        self._presented: bytes | None = None
        self._news.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def mark(self, card: Card) -> bytes:
        """What stands for a card where it must not be kept."""
        return self._reader.mark(card)

    def start(self, spent: bytes | None) -> None:
        """Wait for a card.

        Args:
            spent: mark of the card that this page already refused; it counts again only after it was lifted, as does
                a card that lay there when the visit before ended.
        """
        self.stop()
        self._wait = _CardWait(self._reader, self._last, spent, self._news.emit)
        self._follow(self._wait)

    def stop(self) -> None:
        """Wait no more; nothing is called from now on."""
        if self._wait is not None:
            self._wait.stop()
            self._wait = None

    def end_visit(self) -> None:
        """Forget the visit's cards; one that still lies there does not count until it was lifted."""
        self.stop()
        # The card shown last stands in while the reader is silent.
        departure = _Departure(self._reader, self._last, self._presented)
        self._presented = None
        self._follow(departure)

    def close(self) -> None:
        """Stop and wait for the thread."""
        self.stop()
        if self._last is not None:
            self._last.stop()
            self._last.join()
            self._last = None

    def _follow(self, watch: _Watch) -> None:
        if self._last is not None:
            self._last.stop()
        self._last = watch
        watch.begin()

    def _take(self) -> None:
        card = self._wait.take() if self._wait is not None else None
        if card is not None:
            self._wait = None
            self._presented = self.mark(card)
            self._present(card)
