"""Who are you: put the card on the reader, or type the number."""

from PySide6.QtCore import Qt

from kiosk.flows import pages as models
from kiosk.flows.actions import UseCitizenNumber
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.picture import Picture


class IdentifyPage(Page[models.IdentifyPage]):
    """A large picture of what to do with the card, and one other way."""

    def build(self) -> None:
        """Make picture and button."""
        tokens = self.kit.tokens
        self.picture = Picture(self.kit, tokens.mm(120), "card", has_disc=True)
        self.type_number = self.button(
            Look.PRIMARY, "identify.type_number", "keypad", UseCitizenNumber()
        )
        self.answers.addStretch(1)
        self.answers.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        self.answers.addStretch(1)
        self.answers.addWidget(self.type_number)

    def fill(self, model: models.IdentifyPage) -> None:
        """Show the card only where there is a reader."""
        self.picture.show_icon("card" if model.has_card_reader else "keypad")
