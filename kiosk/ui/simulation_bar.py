"""The hand of a demonstration: puts a simulated card on the reader, pulls the network. Never in a real kiosk."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget


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
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        row.addWidget(QLabel(title))
        row.addStretch(1)
        self.buttons: list[QPushButton] = []
        for words, callback in buttons:
            button = QPushButton(words)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(callback)
            self.buttons.append(button)
            row.addWidget(button)
