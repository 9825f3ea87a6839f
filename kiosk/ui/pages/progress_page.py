"""How far are my requests: at most four cards, each with the same track as its receipt."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from kiosk.clock import SITE_TIME_ZONE
from kiosk.flows import pages as models
from kiosk.flows.actions import Choose, Finish
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.stage_track import StageTrack
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

MOST_REQUESTS = 4


class ProgressPage(Page[models.ProgressPage]):
    """Cards, newest first; an empty list shows a picture instead of nothing."""

    prompt_share = 0.32

    def build(self) -> None:
        """Make the list and the button."""
        tokens = self.kit.tokens
        self.cards: list[CardFrame] = []
        self.list = QVBoxLayout()
        self.list.setSpacing(tokens.mm(4))
        self.nothing = Picture(self.kit, tokens.mm(110), "request_progress", has_disc=True)
        self.finish = self.button(Look.PRIMARY, "progress.finish", "check", Finish())
        mine = Choose(models.MY_TEMPLATES_CHOICE)
        self.mine = self.button(Look.SECONDARY, "progress.my_templates", "face", mine)
        self.answers.addStretch(1)
        self.answers.addWidget(self.nothing, 0, Qt.AlignmentFlag.AlignHCenter)
        self.answers.addLayout(self.list)
        self.answers.addStretch(1)
        self.answers.addLayout(self._foot())

    def _foot(self) -> QBoxLayout:
        """The own data beside the end on a wide screen, above it on a narrow one: the cards need the height."""
        is_wide = self.kit.tokens.is_landscape
        direction = (
            QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        )
        row = QBoxLayout(direction)
        row.setSpacing(self.answers.spacing())
        row.addWidget(self.mine, 1)
        row.addWidget(self.finish, 1)
        return row

    def fill(self, model: models.ProgressPage) -> None:
        """Show one card for each request."""
        self._clear()
        self.nothing.setVisible(not model.requests)
        show_part(self.mine, is_shown=model.has_templates)
        self.list.setSpacing(self.kit.tokens.mm(3 if model.has_templates else 4))
        for request in model.requests[:MOST_REQUESTS]:
            card = self._card(request, is_dense=len(model.requests) > 2)
            self.cards.append(card)
            self.list.addWidget(card)

    def wipe(self) -> None:
        """Forget the requests."""
        super().wipe()
        self._clear()

    def _clear(self) -> None:
        for card in self.cards:
            for words in card.findChildren(TextBlock):
                words.show_words("")
            self.list.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        self.cards.clear()

    def _card(self, request: models.RequestLine, *, is_dense: bool) -> CardFrame:
        tokens = self.kit.tokens
        soft = tokens.colours.ink_soft
        frame = CardFrame(self.kit)
        title = TextBlock(self.kit, tokens.body, is_bold=True)
        number = TextBlock(self.kit, tokens.caption, colour=soft)
        track = StageTrack(self.kit, is_small=True)
        track.show_stage(request.stage)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(title)
        words.addWidget(number)
        words.addStretch(1)
        if is_dense:
            vertical = tokens.mm(1 if tokens.is_landscape else 3.5)
            frame.column.setContentsMargins(tokens.mm(9), vertical, tokens.mm(9), vertical)
            frame.column.setSpacing(tokens.mm(0.5))
        if tokens.is_landscape:
            row = QHBoxLayout()
            row.addLayout(words, 1)
            row.addWidget(track, 1)
            frame.column.addLayout(row)
        else:
            frame.column.addLayout(words)
            frame.column.addWidget(track)
        title.show_words(request.service_title)
        local = request.accepted_at.astimezone(SITE_TIME_ZONE)
        number.show_words(f"{request.receipt_number}  {local:%Y-%m-%d}")
        if not (tokens.is_landscape and is_dense):
            stage = TextBlock(self.kit, tokens.caption, is_bold=True, colour=tokens.colours.ink)
            frame.column.addWidget(stage)
            stage.show_words(
                request.decision or self.kit.label(f"stage.{request.stage.value}.sentence")
            )
        return frame
