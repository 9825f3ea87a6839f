"""Is this you: a masked name and number, yes or no."""

from typing import ClassVar

from PySide6.QtCore import Qt

from kiosk.flows import pages as models
from kiosk.flows.actions import Confirm, Decline
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_row import answer_row
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock


class ConfirmPersonPage(Page[models.ConfirmPersonPage]):
    """One card, two buttons."""

    yes_id: ClassVar[str] = "confirm_person.yes"
    no_id: ClassVar[str] = "confirm_person.no"

    def build(self) -> None:
        """Make card and buttons."""
        tokens = self.kit.tokens
        middle = Qt.AlignmentFlag.AlignHCenter
        frame = CardFrame(self.kit)
        self.name = TextBlock(self.kit, tokens.text(1.7), is_bold=True, align=middle)
        self.number = TextBlock(self.kit, tokens.body, colour=tokens.colours.ink_soft, align=middle)
        frame.column.addWidget(
            Picture(
                self.kit, tokens.mm(44 if tokens.is_landscape else 64), "person", has_disc=True
            ),
            0,
            middle,
        )
        frame.column.addWidget(self.name)
        frame.column.addWidget(self.number)
        self.yes = self.button(Look.PRIMARY, self.yes_id, "person_yes", Confirm())
        self.no = self.button(Look.SECONDARY, self.no_id, "person_no", Decline())
        self.answers.addStretch(1)
        self.answers.addWidget(frame)
        self.answers.addStretch(1)
        self.answers.addLayout(answer_row(self.kit, self.yes, self.no))

    def fill(self, model: models.ConfirmPersonPage) -> None:
        """Show the masked person."""
        self.name.show_words(model.masked_name)
        self.number.show_words(model.masked_number)

    def wipe(self) -> None:
        """Forget the person."""
        super().wipe()
        self.name.show_words("")
        self.number.show_words("")
