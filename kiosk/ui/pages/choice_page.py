"""One question with one to six answers to touch; a keypad's digits do the same."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Answered, TurnPage
from kiosk.ui.page import Page
from kiosk.ui.pages.question_parts import QuestionParts
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.choice_tile import ChoiceTile
from kiosk.ui.widgets.row_button import RowButton, RowContent
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

MOST_OPTIONS = 6
FEW_OPTIONS = 3
"""Up to this number, rows take the whole width of a landscape screen."""
LONG_TITLE = 14
"""Longer ones, made from a record, are smaller, and in two columns they stand without a picture."""
YES_NO_ICONS = ("check", "cross")
TURN_KEY = "0"


class ChoicePage(Page[models.ChoicePage]):
    """Rows, or two large tiles for yes and no."""

    prompt_share = 0.34

    def build(self) -> None:
        """Make the grid and the buttons below it; the choices come with the view model."""
        self.question = QuestionParts(self)
        self.options: list[RowButton | ChoiceTile] = []
        self.values: list[str] = []
        self.grid = QGridLayout()
        self.grid.setSpacing(max(1, self.kit.tokens.gap - 2 * self.kit.tokens.focus))
        self.more = self.button(Look.SECONDARY, "form.more", "more", TurnPage())
        self.answers.addStretch(1)
        self.answers.addLayout(self.grid, 20)
        self.answers.addStretch(1)
        tokens = self.kit.tokens
        self.page_words = TextBlock(
            self.kit,
            tokens.caption,
            colour=tokens.colours.ink_soft,
            align=Qt.AlignmentFlag.AlignHCenter,
        )
        self.answers.addWidget(self.page_words)
        row = QHBoxLayout()
        row.setSpacing(self.answers.spacing())
        row.addWidget(self.question.decline, 1)
        row.addWidget(self.more, 1)
        self.answers.addLayout(row)

    def fill(self, model: models.ChoicePage) -> None:
        """Show the choices of this page, the present answer marked."""
        self.question.show(model, model.crumbs)
        self._clear()
        options = model.options[:MOST_OPTIONS]
        self.values = [option.value for option in options]
        is_yes_no = tuple(option.icon for option in options) == YES_NO_ICONS
        columns = self._columns(len(options), is_yes_no=is_yes_no)
        longest = max((len(option.title) for option in options), default=0)
        is_narrow = columns == 2 and longest > LONG_TITLE and not is_yes_no
        for number, option in enumerate(options):
            content = RowContent(
                option.title,
                "" if is_narrow else option.icon,
                str(number + 1),
                is_chosen=bool(model.chosen) and option.value == model.chosen,
            )
            made = self._tile(content) if is_yes_no else self._row(content, longest, len(options))
            made.clicked.connect(self._chooser(option.value))
            self.options.append(made)
            self.grid.addWidget(made, number // columns, number % columns)
            show_part(made, is_shown=True)  # it can have the keyboard at once
        for column in range(2):
            self.grid.setColumnStretch(column, 1 if column < columns else 0)
        is_one_of_many = model.page_count > 1
        show_part(self.more, is_shown=is_one_of_many)
        self.page_words.show_words(
            self.kit.label("form.page", page=model.page_number, pages=model.page_count)
            if is_one_of_many
            else ""
        )

    def wipe(self) -> None:
        """Forget the choices: those of a list of one's own treatments are personal."""
        super().wipe()
        self.question.wipe()
        self._clear()

    def first_control(self) -> QWidget | None:
        """Start the keyboard on the present answer."""
        chosen = [button for button in self.options if button.content.is_chosen]
        return next(iter([*chosen, *self.options]), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the digits of a real keypad choose."""
        sign = event.text()
        is_known = sign in "123456" and len(sign) == 1 and int(sign) <= len(self.values)
        if event.isAutoRepeat():
            return
        if is_known:
            self.emit_action(Answered(self.values[int(sign) - 1]))
        elif sign == TURN_KEY and self.more.isVisibleTo(self):
            self.emit_action(TurnPage())
        else:
            super().keyPressEvent(event)

    def _chooser(self, value: str) -> Callable[[], None]:
        return lambda: self.emit_action(Answered(value))

    def _columns(self, count: int, *, is_yes_no: bool) -> int:
        if is_yes_no:
            return 2
        return 2 if self.kit.tokens.is_landscape and count > FEW_OPTIONS else 1

    def _size_px(self, longest: int) -> int:
        """Size of all titles of a page: the longest decides."""
        tokens = self.kit.tokens
        if longest <= 8:
            return tokens.text(1.05)
        return tokens.text(0.92 if longest <= LONG_TITLE else 0.74)

    def _row(self, content: RowContent, longest: int, count: int) -> RowButton:
        made = RowButton(self.kit, content, size_px=self._size_px(longest))
        most_mm = 56 if count <= FEW_OPTIONS or longest > LONG_TITLE else 46
        made.setMaximumHeight(self.kit.tokens.mm(most_mm))
        self._name(made, content)
        return made

    def _tile(self, content: RowContent) -> ChoiceTile:
        made = ChoiceTile(self.kit, content)
        made.setMaximumHeight(self.kit.tokens.mm(110))
        self._name(made, content)
        return made

    def _name(self, made: ActionButton, content: RowContent) -> None:
        if content.is_chosen:
            made.setAccessibleName(self.kit.label("form.chosen", title=content.title))

    def _clear(self) -> None:
        for button in self.options:
            button.forget()
            self.grid.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self.options.clear()
        self.values = []
