"""What the resident seems entitled to: at most three, each with its reason, and one touch for none."""

from collections.abc import Callable

from kiosk.flows import pages as models
from kiosk.flows.actions import Choose, Decline
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.row_button import RowButton, RowContent
from kiosk.ui.widgets.visibility import show_part

MOST_HINTS = 3


class HintsPage(Page[models.HintsPage]):
    """Large cards."""

    prompt_share = 0.32

    def build(self) -> None:
        """Make the button for none; the cards come with the view model."""
        self.cards: list[RowButton] = []
        self.none = self.button(Look.SECONDARY, "form.hints.none", "skip", Decline())
        self.answers.addStretch(1)
        self.answers.addStretch(1)
        self.answers.addWidget(self.none)

    def fill(self, model: models.HintsPage) -> None:
        """Show the cards."""
        self._clear()
        for number, hint in enumerate(model.hints[:MOST_HINTS]):
            card = self._card(hint)
            self.cards.append(card)
            self.answers.insertWidget(1 + number, card, 20)
            show_part(card, is_shown=True)

    def wipe(self) -> None:
        """Forget the cards."""
        super().wipe()
        self._clear()

    def _card(self, hint: models.HintCard) -> RowButton:
        tokens = self.kit.tokens
        content = RowContent(hint.title, hint.icon or "hint", below=hint.reason)
        card = RowButton(
            self.kit,
            content,
            size_px=tokens.text(1.0),
            small_px=tokens.body,
            icon_mm=30 if tokens.is_landscape else 38,
        )
        card.setMaximumHeight(tokens.mm(56 if tokens.is_landscape else 66))
        card.setAccessibleName(
            self.kit.label("form.line.plain", label=hint.title, value=hint.reason)
        )
        card.clicked.connect(self._chooser(hint.hint_id))
        return card

    def _chooser(self, hint_id: str) -> Callable[[], None]:
        return lambda: self.emit_action(Choose(hint_id))

    def _clear(self) -> None:
        for card in self.cards:
            card.forget()
            self.answers.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        self.cards.clear()
