"""Put your card on the reader, as the second proof."""

from PySide6.QtCore import Qt

from kiosk.flows import pages as models
from kiosk.flows.actions import Decline
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.picture import Picture


class CardPage(Page[models.CardPage]):
    """A large picture of what to do, and a way on without a card."""

    def build(self) -> None:
        """Make picture and button."""
        tokens = self.kit.tokens
        self.no_card = self.button(Look.SECONDARY, "card.none", "other_way", Decline())
        self.no_card.setFixedHeight(tokens.primary + 2 * self.no_card.inset)
        self.answers.addStretch(1)
        self.answers.addWidget(
            Picture(self.kit, tokens.mm(120), "card", has_disc=True),
            0,
            Qt.AlignmentFlag.AlignHCenter,
        )
        self.answers.addStretch(1)
        self.answers.addWidget(self.no_card)

    def fill(self, model: models.CardPage) -> None:
        """Show nothing but the prompt."""
        del model
