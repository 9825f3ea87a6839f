"""Two equal answers: beside each other on a wide screen, below each other on a narrow one."""

from PySide6.QtWidgets import QBoxLayout

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.action_button import ActionButton


def answer_row(kit: Kit, first: ActionButton, second: ActionButton) -> QBoxLayout:
    """Lay out two buttons of the same size."""
    tokens = kit.tokens
    direction = (
        QBoxLayout.Direction.LeftToRight
        if tokens.is_landscape
        else QBoxLayout.Direction.TopToBottom
    )
    row = QBoxLayout(direction)
    row.setSpacing(max(1, tokens.gap - 2 * tokens.focus))
    height = tokens.mm(32) + 2 * first.inset
    for button in (first, second):
        button.setFixedHeight(height)
        row.addWidget(button, 1)
    return row
