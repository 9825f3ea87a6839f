"""What to do about a picture, in large letters with a sign: right below the picture, where the eyes are."""

from PySide6.QtWidgets import QHBoxLayout

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.card_frame import CardFrame
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock


class AdviceCard(CardFrame):
    """A card of one sign and some words; of a fixed height, so that nothing moves when the words change."""

    def __init__(
        self,
        kit: Kit,
        *,
        text_scale: float = 1.35,
        icon: str = "face",
        icon_mm: float = 22,
        height_mm: float = 36,
    ) -> None:
        super().__init__(kit)
        tokens = kit.tokens
        self.words = TextBlock(kit, tokens.text(text_scale), is_bold=True)
        self.icon = Picture(kit, tokens.mm(icon_mm), icon)
        self._shown = ("", icon)
        self.setFixedHeight(tokens.mm(height_mm))
        self.column.setContentsMargins(tokens.mm(8), tokens.mm(2), tokens.mm(8), tokens.mm(2))
        row = QHBoxLayout()
        row.setSpacing(tokens.mm(5))
        row.addWidget(self.icon)
        row.addWidget(self.words, 1)
        self.column.addLayout(row)

    def show_advice(self, words: str, icon: str) -> None:
        """Show what to do; the same again, as with most pictures of a camera, costs nothing."""
        if (words, icon) != self._shown:
            self._shown = (words, icon)
            self.words.show_words(words)
            self.icon.show_icon(icon)
