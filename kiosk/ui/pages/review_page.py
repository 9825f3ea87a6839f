"""Everything read back before it is submitted."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Confirm, GoBack
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_row import answer_row
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame, Rule
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock

MOST_LINES = 5


class ReviewPage(Page[models.ReviewPage]):
    """A card of lines; submit, or go back and change."""

    def build(self) -> None:
        """Make the card and the two answers."""
        self.frame = CardFrame(self.kit)
        self.rows: list[QWidget] = []
        self.submit = self.button(Look.PRIMARY, "review.submit", "check", Confirm())
        self.change = self.button(Look.SECONDARY, "review.change", "back", GoBack())
        self.answers.addStretch(1)
        self.answers.addWidget(self.frame)
        self.answers.addStretch(1)
        self.answers.addLayout(answer_row(self.kit, self.submit, self.change))

    def fill(self, model: models.ReviewPage) -> None:
        """Show the lines."""
        self._clear()
        self.change.setVisible(model.can_go_back)
        for number, line in enumerate(model.lines[:MOST_LINES]):
            if number:
                self._add(Rule(self.kit))
            self._add(self._line(line))

    def wipe(self) -> None:
        """Forget the lines."""
        super().wipe()
        self._clear()

    def _clear(self) -> None:
        for row in self.rows:
            for words in row.findChildren(TextBlock):
                words.show_words("")
            self.frame.column.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self.rows.clear()

    def _add(self, row: QWidget) -> None:
        self.rows.append(row)
        self.frame.column.addWidget(row)

    def _line(self, line: models.ReviewLine) -> QWidget:
        tokens = self.kit.tokens
        row = QWidget()
        cells = QHBoxLayout(row)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setSpacing(tokens.mm(6))
        cells.addWidget(
            Picture(
                self.kit, tokens.mm(19 if tokens.is_landscape else 27), line.icon, has_disc=True
            )
        )
        words = QVBoxLayout()
        words.setSpacing(0)
        label = TextBlock(self.kit, tokens.caption, colour=tokens.colours.ink_soft)
        value = TextBlock(self.kit, tokens.text(0.8 if tokens.is_landscape else 0.95), is_bold=True)
        words.addWidget(label)
        words.addWidget(value)
        cells.addLayout(words, 1)
        label.show_words(line.label)
        value.show_words(line.value)
        return row
