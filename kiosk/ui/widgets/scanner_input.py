"""Takes what a scanner types: a scanner is a keyboard, and whatever it reads is hostile."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from kiosk.domain.receipt_statement import LONGEST_TEXT
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.picture import Picture

PAUSE_S = 2.0
"""A scanner types a whole code in less; after a longer pause something new begins."""


class ScannerInput(Picture):
    """A picture that holds the keyboard. The keys of a code touch no button, its end is Enter."""

    scanned = Signal(str)

    def __init__(self, kit: Kit, side_px: int, parent: QWidget | None = None) -> None:
        super().__init__(kit, side_px, "verify_receipt", has_disc=True, parent=parent)
        self._typed = ""
        self._last_s = float("-inf")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(kit.label("verify_receipt.waiting"))

    def clear(self) -> None:
        """Forget what was typed."""
        self._typed = ""

    def event(self, event: QEvent) -> bool:
        """Keep Tab for the typed text, or a code could walk to a button and press it."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_within = self._is_within()
            if is_within and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Collect printable characters; Enter ends the code; arrows still move the focus between two codes."""
        if not self._is_within():
            self._typed = ""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            typed, self._typed = self._typed, ""
            if typed:
                self.scanned.emit(typed)
            return
        text = event.text()
        if not text or not text.isprintable():
            if not self._typed:
                super().keyPressEvent(event)
            return
        self._last_s = self._kit.clock.monotonic_s()
        # One more than the longest: an endless text is judged too long, and never kept.
        self._typed = (self._typed + text)[: LONGEST_TEXT + 1]

    def _is_within(self) -> bool:
        """Whether a code is being typed just now."""
        return bool(self._typed) and self._kit.clock.monotonic_s() - self._last_s < PAUSE_S
