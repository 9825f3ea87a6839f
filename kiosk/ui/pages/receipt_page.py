"""The promise: seal, number, where it is now, and what to keep."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from kiosk.clock import SITE_TIME_ZONE
from kiosk.flows import pages as models
from kiosk.flows.actions import Choose, Finish, PrintPage
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame, Rule
from kiosk.ui.widgets.qr_symbol import QrSymbol
from kiosk.ui.widgets.seal import Seal
from kiosk.ui.widgets.stage_track import StageTrack
from kiosk.ui.widgets.text_block import TextBlock

_PRINT = {
    "": ("receipt.print", "print"),
    "printing": ("receipt.printing", "waiting"),
    "printed": ("receipt.printed", "print"),
    "failed": ("receipt.print_failed", "retry"),
}
"""What the button says in each state."""


class ReceiptPage(Page[models.ReceiptPage]):
    """Never shows more certainty than there is."""

    def build(self) -> None:
        """Make seal, card and button."""
        tokens = self.kit.tokens
        self.seal = Seal(self.kit, tokens.mm(66 if tokens.is_landscape else 84))
        side = Qt.AlignmentFlag.AlignLeft if tokens.is_landscape else Qt.AlignmentFlag.AlignHCenter
        panel = self.prompt_panel.column
        panel.insertWidget(panel.indexOf(self.prompt_panel.title), self.seal, 0, side)
        self.note = TextBlock(self.kit, tokens.body, is_bold=True, align=side)
        self.print = self.button(Look.SECONDARY, "receipt.print", "print", PrintPage())
        self.hints = self.button(Look.SECONDARY, "receipt.hints", "hint", Choose("hints"))
        more = QHBoxLayout()
        more.setSpacing(max(1, tokens.gap - 2 * tokens.focus))
        more.addWidget(self.print, 3)
        more.addWidget(self.hints, 2)
        self.finish = self.button(Look.PRIMARY, "receipt.finish", "check", Finish())
        self.answers.addWidget(self._card(), 1)
        self.answers.addLayout(more)
        self.answers.addWidget(self.finish)

    def _card(self) -> CardFrame:
        tokens = self.kit.tokens
        soft = tokens.colours.ink_soft
        frame = CardFrame(self.kit)
        self.service = TextBlock(self.kit, tokens.caption, colour=soft)
        self.number_label = TextBlock(self.kit, tokens.caption, colour=soft)
        self.number = TextBlock(self.kit, tokens.text(1.45), is_bold=True)
        self.accepted_at = TextBlock(self.kit, tokens.caption, colour=soft)
        self.track = StageTrack(self.kit)
        self.stage = TextBlock(
            self.kit,
            tokens.text(0.7 if tokens.is_landscape else 0.9),
            is_bold=True,
            align=Qt.AlignmentFlag.AlignHCenter,
        )
        self.qr = QrSymbol(self.kit, tokens.mm(52 if tokens.is_landscape else 62))
        words = QVBoxLayout()
        words.setSpacing(tokens.mm(1))
        words.addStretch(1)
        for block in (self.number_label, self.number, self.service, self.accepted_at):
            words.addWidget(block)
        words.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(tokens.mm(5))
        top.addLayout(words, 1)
        top.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignVCenter)
        frame.column.addLayout(top)
        frame.column.addWidget(Rule(self.kit))
        frame.column.addStretch(1)
        frame.column.addWidget(self.track)
        frame.column.addWidget(self.stage)
        if tokens.is_landscape:  # the card is low there, the prompt has room
            panel = self.prompt_panel.column
            panel.insertWidget(panel.indexOf(self.prompt_panel.sentence) + 1, self.note)
        else:
            frame.column.addWidget(self.note)
        frame.column.addStretch(1)
        frame.column.setDirection(QBoxLayout.Direction.TopToBottom)
        return frame

    def fill(self, model: models.ReceiptPage) -> None:
        """Show the receipt at its present stage."""
        self.seal.show_stage(model.stage)
        self.service.show_words(model.service_title)
        self.number_label.show_words(self.kit.label("receipt.number"))
        self.number.show_words(model.receipt_number)
        if model.accepted_at is None:
            self.accepted_at.show_words("")
        else:
            local = model.accepted_at.astimezone(SITE_TIME_ZONE)
            self.accepted_at.show_words(f"{local:%Y-%m-%d %H:%M}")
        self.track.show_stage(model.stage)
        is_open = model.stage in (models.RequestStage.ACCEPTED, models.RequestStage.DELIVERED)
        is_provisional = model.is_provisional and is_open
        text_id = (
            "stage.provisional.sentence"
            if is_provisional
            else f"stage.{model.stage.value}.sentence"
        )
        self.stage.show_words(self.kit.label(text_id))
        colours = self.kit.tokens.colours
        needs_correction = model.stage is models.RequestStage.NEEDS_CORRECTION
        self.stage.set_colour(colours.warning if needs_correction else colours.success)
        self.qr.show_rows(model.qr_rows)
        self.note.show_words(model.note)
        self.hints.setVisible(model.has_hints)
        self.print.setVisible(model.can_print)
        words, icon = _PRINT[model.print_state]
        self.print.show_words(self.kit.label(words), icon)
        self.print.setEnabled(model.print_state != "printing")

    def wipe(self) -> None:
        """Forget the receipt."""
        super().wipe()
        for block in (self.service, self.number, self.accepted_at, self.stage, self.note):
            block.show_words("")
        self.qr.show_rows(())
