"""What the roster or a calculation says: one large figure, a few lines, and as of when."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Choose, Finish, PrintPage, TurnPage
from kiosk.ui.page import Page
from kiosk.ui.pages.foot import add_foot
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.card_frame import CardFrame, Rule
from kiosk.ui.widgets.card_lines import CardLine, CardLines
from kiosk.ui.widgets.figure import Figure
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

MOST_LINES = 5
MOST_CHOICES = 2
PRINT_ICONS = {"": "print", "printing": "print", "printed": "check", "failed": "retry"}
PRINT_WORDS = {
    "": "form.answer.print",
    "printing": "form.answer.printing",
    "printed": "form.answer.printed",
    "failed": "form.answer.failed",
}


class AnswerPage(Page[models.AnswerPage]):
    """A card that always says how old its figures are, and the ways on."""

    prompt_share = 0.36

    def build(self) -> None:
        """Make the card and the buttons."""
        tokens = self.kit.tokens
        is_wide = tokens.is_landscape
        self.head = TextBlock(
            self.kit,
            tokens.body,
            colour=tokens.colours.ink_soft,
            align=Qt.AlignmentFlag.AlignLeft if is_wide else Qt.AlignmentFlag.AlignHCenter,
        )
        self.figure = Figure(self.kit, 1.8 if is_wide else 2.2, colour="primary")
        self.lines = CardLines(self.kit, 0.74)
        self.lines.column.setContentsMargins(0, 0, 0, 0)
        self.lines.is_drawn = False
        self.as_of = TextBlock(self.kit, tokens.body, is_bold=True, colour=tokens.colours.warning)
        frame = CardFrame(self.kit)
        # a wide screen is low: the figure stands beside its heading
        side_by_side, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        top = QBoxLayout(side_by_side if is_wide else below)
        top.addWidget(self.head)
        top.addWidget(self.figure)
        frame.column.addLayout(top)
        frame.column.addWidget(self.lines)
        frame.column.addWidget(Rule(self.kit))
        frame.column.addWidget(self._as_of_row())
        self.answers.addStretch(1)
        self.answers.addWidget(frame)
        self.answers.addStretch(1)
        self.print = self.button(Look.SECONDARY, "form.answer.print", "print", PrintPage())
        self.more = self.button(Look.SECONDARY, "form.more", "more", TurnPage())
        self.finish = self.button(Look.PRIMARY, "form.answer.finish", "check", Finish())
        self.choices = [ActionButton(self.kit, Look.SECONDARY) for _ in range(MOST_CHOICES)]
        self.choice_ids = [""] * MOST_CHOICES
        for number, button in enumerate(self.choices):
            button.clicked.connect(self._chooser(number))
        add_foot(self, [[self.print], [self.more, *self.choices], [self.finish]])

    def fill(self, model: models.AnswerPage) -> None:
        """Show the answer."""
        figure_label = model.figure_label if model.figure else ""
        self.head.show_words(" · ".join(filter(None, (model.service_title, figure_label))))
        self.figure.show_figure(model.figure, name=model.figure_label)
        show_part(self.figure, is_shown=bool(model.figure))
        self.lines.show_lines(
            [
                CardLine(line.value, line.label, line.note, line.icon)
                for line in model.lines[:MOST_LINES]
            ]
        )
        show_part(self.lines, is_shown=bool(model.lines))
        self.as_of.show_words(model.as_of)
        self._show_print(model)
        show_part(self.more, is_shown=model.page_count > 1)
        for number, button in enumerate(self.choices):
            choice = model.choices[number] if number < len(model.choices) else None
            show_part(button, is_shown=choice is not None)
            self.choice_ids[number] = choice.choice_id if choice else ""
            if choice is not None:
                button.show_words(self.kit.label(choice.text_id), choice.icon)

    def wipe(self) -> None:
        """Forget the answer."""
        super().wipe()
        for block in (self.head, self.as_of):
            block.show_words("")
        self.figure.wipe()
        self.lines.wipe()

    def first_control(self) -> QWidget | None:
        """Start the keyboard on the end."""
        return self.finish

    def _as_of_row(self) -> QWidget:
        tokens = self.kit.tokens
        row = QWidget()
        cells = QHBoxLayout(row)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setSpacing(tokens.mm(4))
        cells.addWidget(Picture(self.kit, tokens.mm(12), "later"))
        cells.addWidget(self.as_of, 1)
        return row

    def _show_print(self, model: models.AnswerPage) -> None:
        state = model.print_state
        self.print.show_words(self.kit.label(PRINT_WORDS[state]), PRINT_ICONS[state])
        self.print.setEnabled(state in ("", "failed"))
        show_part(self.print, is_shown=model.can_print)

    def _chooser(self, number: int) -> Callable[[], None]:
        return lambda: self.emit_action(Choose(self.choice_ids[number]))
