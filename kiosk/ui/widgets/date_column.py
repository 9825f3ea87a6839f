"""One part of a date: a key for more, the number, a key for less."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.figure import Figure

VALUE_DEGREES = 1.9


class DateColumn(QWidget):
    """Keys act on release; there is no wheel to turn and nothing to hold down."""

    stepped = Signal(int)
    """1 or -1."""

    def __init__(self, kit: Kit, part: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self.part = part
        self.unit = kit.label(f"form.date.{part}")
        self.more = self._key("plus", "more", 1)
        self.less = self._key("minus", "less", -1)
        self.figure = Figure(kit, VALUE_DEGREES)
        self.figure.setFixedHeight(kit.tokens.mm(38))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(kit.tokens.mm(0.6))
        for widget in (self.more, self.figure, self.less):
            column.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_number(self, number: str, *, can_more: bool, can_less: bool) -> None:
        """Show a number and which keys work."""
        self.figure.show_figure(number, self.unit)
        self.more.setEnabled(can_more)
        self.less.setEnabled(can_less)

    def wipe(self) -> None:
        """Forget the number."""
        self.figure.wipe()

    def _key(self, icon: str, name: str, step: int) -> ActionButton:
        key = ActionButton(self._kit, Look.KEY, "", icon)
        key.setAccessibleName(self._kit.label(f"form.date.{name}", unit=self.unit))
        key.setFixedHeight(self._kit.tokens.mm(28) + 2 * key.inset)
        key.clicked.connect(lambda: self._step(step))
        return key

    def _step(self, step: int) -> None:
        if self._kit.taps.accepts_key(f"{self.part}{step}"):
            self.stepped.emit(step)


class WordKey(ActionButton):
    """A key with words on it, which are smaller than digits."""

    def __init__(self, kit: Kit, words: str, parent: QWidget | None = None) -> None:
        super().__init__(kit, Look.KEY, words, "", parent)
        self.setFixedHeight(kit.tokens.mm(24) + 2 * self.inset)

    @property
    def font_px(self) -> int:
        """Size of the words."""
        return self._kit.tokens.text(0.92)
