"""A card of lines that are read, not touched: papers to bring, people of a family, parts of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.card_frame import CardFrame, Rule
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line."""

    value: str = field(repr=False)
    label: str = ""
    """On the left, softer; with one, the value stands on the right."""
    note: str = field(default="", repr=False)
    """Small, below, over the whole width: the working of a sum is long."""
    icon: str = ""


class CardLines(CardFrame):
    """Rows with a hairline between them."""

    def __init__(self, kit: Kit, degrees: float, parent: QWidget | None = None) -> None:
        super().__init__(kit, parent=parent)
        self._value_px = kit.tokens.text(degrees)
        self._rows: list[QWidget] = []

    def show_lines(self, lines: Sequence[CardLine]) -> None:
        """Replace the lines."""
        self.wipe()
        tokens = self._kit.tokens
        is_dense = sum(bool(line.note) for line in lines) > 1
        spacing_mm = 3 if tokens.is_landscape else 6
        self.column.setSpacing(tokens.mm(spacing_mm / 2 if is_dense else spacing_mm))
        for number, line in enumerate(lines):
            if number:
                self._add(Rule(self._kit))
            self._add(self._row(line))

    def wipe(self) -> None:
        """Forget the lines."""
        for row in self._rows:
            for words in row.findChildren(TextBlock):
                words.show_words("")
            self.column.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self._rows.clear()

    def _add(self, row: QWidget) -> None:
        self._rows.append(row)
        self.column.addWidget(row)

    def _row(self, line: CardLine) -> QWidget:
        tokens = self._kit.tokens
        side = Qt.AlignmentFlag.AlignRight if line.label else Qt.AlignmentFlag.AlignLeft
        row = QWidget()
        rows = QVBoxLayout(row)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        cells = QHBoxLayout()
        cells.setSpacing(tokens.mm(5))
        rows.addLayout(cells)
        if line.icon:
            icon_px = tokens.mm(16 if tokens.is_landscape else 22)
            cells.addWidget(Picture(self._kit, icon_px, line.icon, has_disc=True))
        if line.label:
            label = TextBlock(self._kit, tokens.body, colour=tokens.colours.ink_soft)
            label.show_words(line.label)
            cells.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        value = TextBlock(self._kit, self._value_px, is_bold=True, align=side)
        value.show_words(line.value)
        cells.addWidget(value, 1)
        if line.note:
            note = TextBlock(self._kit, tokens.caption, colour=tokens.colours.ink_soft, align=side)
            note.show_words(line.note)
            rows.addWidget(note)
        return row
