"""The machine cannot promise anything now: says so, and what staff should do."""

from PySide6.QtCore import Qt

from kiosk.flows import pages as models
from kiosk.ui.page import Page
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock


class OutOfServicePage(Page[models.OutOfServicePage]):
    """No actions; the residents' words are large, the staff's stand on a card below."""

    hero_icon = "warning"

    def build(self) -> None:
        """Make the picture and the staff's card."""
        tokens = self.kit.tokens
        self.frame = CardFrame(self.kit, ground="paper_deep")
        heading = TextBlock(self.kit, tokens.caption, is_bold=True)
        heading.show_words(self.kit.label("out_of_service.staff"))
        self.staff_text = TextBlock(self.kit, tokens.caption)
        self.code = TextBlock(self.kit, tokens.caption, colour=tokens.colours.ink_soft)
        for block in (heading, self.staff_text, self.code):
            self.frame.column.addWidget(block)
        self.answers.addStretch(1)
        self.answers.addWidget(
            Picture(self.kit, tokens.mm(80), "staff", has_disc=True),
            0,
            Qt.AlignmentFlag.AlignHCenter,
        )
        self.answers.addStretch(1)
        self.answers.addWidget(self.frame)

    def fill(self, model: models.OutOfServicePage) -> None:
        """Show what staff need."""
        self.staff_text.show_words(model.staff_text)
        self.code.show_words(
            self.kit.label("out_of_service.code", code=model.code) if model.code else ""
        )
        self.frame.setVisible(bool(model.staff_text or model.code))
