"""What every question page has besides its answer: where we are, what it was before, and a way on without one."""

from typing import Any

from kiosk.flows.actions import Decline
from kiosk.flows.pages import QuestionModel
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part


class QuestionParts:
    """Two lines below the prompt and the button 没有，跳过; remembers which question is up."""

    def __init__(self, page: Page[Any]) -> None:
        kit, tokens = page.kit, page.kit.tokens
        panel = page.prompt_panel
        side = panel.alignment_side
        self._kit = kit
        self._place_key = ""
        self.crumbs = TextBlock(
            kit, tokens.body, is_bold=True, colour=tokens.colours.primary, align=side
        )
        self.old = TextBlock(kit, tokens.body, is_bold=True, align=side)
        below = panel.column.indexOf(panel.sentence) + 1
        panel.column.insertWidget(below, self.crumbs)
        panel.column.insertWidget(below + 1, self.old)
        self.decline: ActionButton = page.button(Look.SECONDARY, "form.decline", "skip", Decline())
        self.wipe()

    def show(self, model: QuestionModel, crumbs: str = "") -> bool:
        """Show the parts of a question.

        Returns:
            Whether what was typed stays: the same question, and its answer was wrong.
        """
        is_same = model.place_key == self._place_key
        self._place_key = model.place_key
        old = self._kit.label("form.old", value=model.old_value) if model.old_value else ""
        self.old.show_words(old)
        self.crumbs.show_words(crumbs)
        show_part(self.decline, is_shown=model.is_optional)
        return model.is_rejected and is_same

    def wipe(self) -> None:
        """Forget the question."""
        self._place_key = ""
        self.old.show_words("")
        self.crumbs.show_words("")
