"""The hand of a demonstration: puts a simulated card on the reader, pulls the network. Never in a real kiosk."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class SimulationBar(QWidget):
    """Small dark buttons below the product, so that nobody takes them for a part of it."""

    def __init__(
        self,
        buttons: Sequence[tuple[str, Callable[[], None]]],
        *,
        title: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("SimulationBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(4)
        column.addWidget(QLabel(title))
        row = QHBoxLayout()
        row.setSpacing(6)
        column.addLayout(row)
        self.buttons: list[QPushButton] = []
        for words, callback in buttons:
            button = QPushButton(words)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(_plain(callback))
            self.buttons.append(button)
            row.addWidget(button)


def _plain(callback: Callable[[], None]) -> Callable[[], None]:
    """Keep Qt's "checked" argument away: a callback with a default would take it for a value of its own."""

    def call() -> None:
        callback()

    return call
