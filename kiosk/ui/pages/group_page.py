"""What was added so far, one more, or enough."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Choose
from kiosk.ui.page import Page
from kiosk.ui.pages.foot import add_foot
from kiosk.ui.pages.question_parts import QuestionParts
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.card_lines import CardLine, CardLines
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

MOST_LINES = 5
"""The last ones; the review reads all of them back."""


class GroupPage(Page[models.GroupPage]):
    """A card of lines; a picture while there is none."""

    def build(self) -> None:
        """Make the card and the buttons."""
        tokens = self.kit.tokens
        middle = Qt.AlignmentFlag.AlignHCenter
        self.question = QuestionParts(self)
        self.earlier = TextBlock(
            self.kit, tokens.caption, colour=tokens.colours.ink_soft, align=middle
        )
        self.items = CardLines(self.kit, 0.8)
        self.nothing = Picture(self.kit, tokens.mm(84), "family", has_disc=True)
        self.add = ActionButton(self.kit, Look.SECONDARY, icon="add")
        self.add.clicked.connect(lambda: self.emit_action(Choose("add")))
        self.remove = self.button(Look.SECONDARY, "form.group.remove", "remove", Choose("remove"))
        self.done = self.button(Look.PRIMARY, "form.group.done", "check", Choose("done"))
        self.answers.addStretch(1)
        self.answers.addWidget(self.earlier)
        self.answers.addWidget(self.items)
        self.answers.addWidget(self.nothing, 0, middle)
        self.answers.addStretch(1)
        add_foot(self, [[self.question.decline], [self.add], [self.remove], [self.done]])

    def fill(self, model: models.GroupPage) -> None:
        """Show the last lines and the ways on."""
        self.question.show(model)
        hidden = max(0, len(model.items) - MOST_LINES)
        self.earlier.show_words(
            self.kit.label("form.group.earlier", count=hidden) if hidden else ""
        )
        self.items.show_lines([CardLine(item, icon="person") for item in model.items[hidden:]])
        show_part(self.items, is_shown=bool(model.items))
        show_part(self.nothing, is_shown=not model.items)
        add = "form.group.add" if model.items else "form.group.add_first"
        self.add.show_words(self.kit.label(add, item=model.item_title))
        done = "form.group.done" if model.items else "form.group.none"
        self.done.show_words(self.kit.label(done))
        show_part(self.add, is_shown=model.can_add)
        show_part(self.remove, is_shown=bool(model.items))
        show_part(self.done, is_shown=model.can_finish)

    def wipe(self) -> None:
        """Forget the lines."""
        super().wipe()
        self.question.wipe()
        self.items.wipe()

    def first_control(self) -> QWidget | None:
        """Start the keyboard on one more."""
        return self.done if self.add.isHidden() else self.add
