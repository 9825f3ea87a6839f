"""A person: who to ask, the number to call."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from kiosk.flows import pages as models
from kiosk.flows.actions import CallStaff, Finish, GoBack, SaveForLater
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_row import answer_row
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock


class HelpPage(Page[models.HelpPage]):
    """A name and a number large enough to dial from."""

    hero_icon = "help"

    def build(self) -> None:
        """Make the card and the two ways on."""
        tokens = self.kit.tokens
        middle = Qt.AlignmentFlag.AlignHCenter
        frame = CardFrame(self.kit)
        self.name = TextBlock(self.kit, tokens.huge, is_bold=True, align=middle)
        self.phone = TextBlock(
            self.kit, tokens.text(1.6), is_bold=True, colour=tokens.colours.primary
        )
        self.phone_icon = Picture(self.kit, tokens.mm(24), "phone")
        row = QHBoxLayout()
        row.setSpacing(tokens.mm(5))
        row.addStretch(1)
        row.addWidget(self.phone_icon)
        row.addWidget(self.phone, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        frame.column.addWidget(Picture(self.kit, tokens.mm(40), "staff", has_disc=True), 0, middle)
        frame.column.addWidget(self.name)
        frame.column.addLayout(row)
        self.go_on = self.button(Look.PRIMARY, "help.go_on", "back", GoBack())
        self.finish = self.button(Look.SECONDARY, "help.finish", "home", Finish())
        self.answers.addStretch(1)
        self.answers.addWidget(frame)
        self.answers.addStretch(1)
        self.save = self.button(Look.SECONDARY, "help.save", "draft", SaveForLater())
        self.staff = self.button(Look.SECONDARY, "help.staff", "staff", CallStaff())
        self.answers.addLayout(answer_row(self.kit, self.save, self.staff))
        for button in (self.save, self.staff):
            button.setFixedHeight(tokens.mm(26) + 2 * button.inset)
        self.answers.addLayout(answer_row(self.kit, self.go_on, self.finish))

    def fill(self, model: models.HelpPage) -> None:
        """Show the helper."""
        self.name.show_words(model.helper_name)
        self.phone.show_words(model.phone)
        self.phone_icon.setVisible(bool(model.phone))
        self.save.setVisible(model.can_save)
        self.staff.setVisible(model.has_staff)

    def wipe(self) -> None:
        """Forget the helper too: the next page that is shown names them anew."""
        super().wipe()
        self.name.show_words("")
        self.phone.show_words("")
