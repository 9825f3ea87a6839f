"""A keypad on the page; the keys of a real keyboard or numeric pad do the same."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look

DELETE = "delete"
DOUBLE_ZERO = "00"
COLUMNS = 3
EXTRA_ROW = 3
WORDS = {".": "点"}
"""A point alone would be too small to see; the word is what people say."""
KEY_MOST_MM = 50.0
"""A key grows with the screen, but not beyond what one glance takes in."""


class Keypad(QWidget):
    """Ten digits, a last key of the caller's choice, two zeros at once where amounts are typed, and delete."""

    pressed = Signal(str)
    """A character, or ``DELETE``."""

    def __init__(
        self,
        kit: Kit,
        *,
        extra: str = "",
        has_double_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kit = kit
        self._extra = extra
        grid = QGridLayout(self)
        self._grid = grid
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(max(1, kit.tokens.mm(0.6)))
        signs = [*"123456789", extra, "0", DOUBLE_ZERO if has_double_zero else DELETE]
        self.keys: dict[str, ActionButton] = {}
        for number, sign in enumerate(signs):
            if sign:
                grid.addWidget(self._key(sign), number // COLUMNS, number % COLUMNS)
        rows = len(signs) // COLUMNS
        if has_double_zero:
            grid.addWidget(self._key(DELETE), rows, 0, 1, COLUMNS)
            rows += 1
        for column in range(COLUMNS):
            grid.setColumnStretch(column, 1)
        self.setMaximumHeight(rows * kit.tokens.mm(KEY_MOST_MM) + (rows - 1) * grid.spacing())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_extra(self, extra: str) -> None:
        """Replace the last key of the caller's choice; "" leaves its place empty."""
        if extra == self._extra:
            return
        old = self.keys.pop(self._extra, None)
        if old is not None:
            self._grid.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        self._extra = extra
        if extra:
            self._grid.addWidget(self._key(extra), EXTRA_ROW, 0)

    def take_key(self, event: QKeyEvent) -> bool:
        """Take a key of a real keyboard; False when it is none of the keypad's."""
        if event.isAutoRepeat():
            return False
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._press(DELETE)
            return True
        sign = event.text().upper()
        if sign and sign in self.keys:
            self._press(sign)
            return True
        return False

    def _key(self, sign: str) -> ActionButton:
        is_delete = sign == DELETE
        key = ActionButton(
            self._kit,
            Look.KEY,
            "" if is_delete else WORDS.get(sign, sign),
            DELETE if is_delete else "",
        )
        if is_delete:
            key.setAccessibleName(self._kit.label("keypad.delete"))
        key.setMinimumHeight(self._kit.tokens.mm(20))
        key.setMaximumHeight(self._kit.tokens.mm(KEY_MOST_MM))
        key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        key.clicked.connect(lambda: self._press(sign))
        self.keys[sign] = key
        return key

    def _press(self, sign: str) -> None:
        if self._kit.taps.accepts_key(sign):
            self.pressed.emit(sign)
