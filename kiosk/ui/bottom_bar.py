"""返回 · 再听一遍 · 找人帮忙: always there, always in the same place."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton, Look


class BottomBar(QWidget):
    """Three buttons; the first leaves its place empty where there is no way back."""

    back_asked = Signal()
    repeat_asked = Signal()
    help_asked = Signal()

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("BottomBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._kit = kit
        tokens = kit.tokens
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.margin, tokens.mm(2), tokens.margin, tokens.mm(2))
        row.setSpacing(tokens.mm(4))
        self.back = ActionButton(kit, Look.BAR, kit.label("bar.back"), "back")
        self.repeat = ActionButton(kit, Look.BAR, kit.label("bar.repeat"), "repeat")
        self.help = ActionButton(kit, Look.BAR, kit.label("bar.help"), "help")
        for button, signal in (
            (self.back, self.back_asked),
            (self.repeat, self.repeat_asked),
            (self.help, self.help_asked),
        ):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
            button.clicked.connect(signal)
            row.addWidget(button, 1)

    def show_back(self, *, is_possible: bool) -> None:
        """Show or hide 返回; its place stays."""
        self.back.setVisible(is_possible)
