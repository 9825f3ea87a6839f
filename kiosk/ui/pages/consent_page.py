"""May the camera look at your face: what it means, and two answers of the same weight."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Confirm, Decline
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_row import answer_row
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame, Rule
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock

MOST_POINTS = 3


class ConsentPage(Page[models.ConsentPage]):
    """Both buttons look the same on purpose: refusing must be as easy as accepting."""

    def build(self) -> None:
        """Make the card of points and the two answers."""
        self.frame = CardFrame(self.kit)
        self.rows: list[QWidget] = []
        self.agree = self.button(Look.SECONDARY, "consent.agree", "check", Confirm())
        self.refuse = self.button(Look.SECONDARY, "consent.refuse", "other_way", Decline())
        self.answers.addStretch(1)
        self.answers.addWidget(self.frame)
        self.answers.addStretch(1)
        self.answers.addLayout(answer_row(self.kit, self.agree, self.refuse))

    def fill(self, model: models.ConsentPage) -> None:
        """Show at most three points."""
        self.refuse.show_words(self.kit.label(model.refuse))
        for row in self.rows:
            self.frame.column.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self.rows.clear()
        for number, text_id in enumerate(model.points[:MOST_POINTS]):
            if number:
                self._add(Rule(self.kit))
            self._add(self._point(text_id))

    def _add(self, row: QWidget) -> None:
        self.rows.append(row)
        self.frame.column.addWidget(row)

    def _point(self, text_id: str) -> QWidget:
        tokens = self.kit.tokens
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.mm(6))
        # the icon of "consent.stays_here" is stays_here.svg
        line.addWidget(
            Picture(
                self.kit,
                tokens.mm(22 if tokens.is_landscape else 32),
                text_id.rsplit(".", 1)[-1],
                has_disc=True,
            )
        )
        words = TextBlock(self.kit, tokens.label if tokens.is_landscape else tokens.text(0.92))
        words.show_words(self.kit.label(text_id))
        line.addWidget(words, 1)
        return row
