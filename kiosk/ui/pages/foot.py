"""Where a page with much to read has its buttons: below it, or under the prompt of a wide screen."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import ActionButton


def add_foot(page: Page[Any], rows: Sequence[Sequence[ActionButton]]) -> None:
    """Lay out rows of buttons; on a wide screen they all stand below each other, beside what is read."""
    tokens = page.kit.tokens
    spacing = page.answers.spacing()
    if tokens.is_landscape:
        column = QVBoxLayout()
        column.setSpacing(spacing)
        for row in rows:
            for button in row:
                column.addWidget(button)
        page.prompt_panel.column.addLayout(column)
        return
    for row in rows:
        line = QHBoxLayout()
        line.setSpacing(spacing)
        for button in row:
            line.addWidget(button, 1)
        page.answers.addLayout(line)
