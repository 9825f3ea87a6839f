"""The keypad with the keyboard's signals."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.keypad import DELETE, Keypad


class NumberKeyboard(QWidget):
    """Digits, with an X or a point, and two zeros at once where amounts are typed."""

    committed = Signal(str)
    """A digit, the extra sign, or ``00``."""
    deleted = Signal()

    def __init__(
        self,
        kit: Kit,
        *,
        extra: str = "",
        has_double_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.keypad = Keypad(kit, extra=extra, has_double_zero=has_double_zero)
        self.keypad.pressed.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.keypad)

    def take_key(self, event: QKeyEvent) -> bool:
        """Take a key of a real keyboard or numeric pad; False when it is none of these."""
        return self.keypad.take_key(event)

    def first_control(self) -> QWidget:
        """Return what the page gives the focus to."""
        return self.keypad.keys["1"]

    def wipe(self) -> None:
        """Nothing is kept here; the same call as of the other keyboard."""

    def _take(self, sign: str) -> None:
        if sign == DELETE:
            self.deleted.emit()
        else:
            self.committed.emit(sign)
