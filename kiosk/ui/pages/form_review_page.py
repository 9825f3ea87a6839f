"""Everything read back, five lines a page; each line can be touched and changed."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Confirm, EditLine, TurnPage
from kiosk.ui.page import Page
from kiosk.ui.pages.foot import add_foot
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.row_button import RowButton, RowContent
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

MOST_LINES = 5


class FormReviewPage(Page[models.FormReviewPage]):
    """Rows above the buttons, beside them on a wide screen; submitting only where everything was read."""

    prompt_share = 0.30

    def build(self) -> None:
        """Make the buttons; the rows come with the view model."""
        tokens = self.kit.tokens
        self.rows: list[RowButton] = []
        self.page_words = TextBlock(
            self.kit,
            tokens.caption,
            colour=tokens.colours.ink_soft,
            align=self.prompt_panel.alignment_side,
        )
        panel = self.prompt_panel.column
        panel.insertWidget(panel.indexOf(self.prompt_panel.sentence) + 1, self.page_words)
        self.previous = self.button(
            Look.SECONDARY, "form.previous_page", "previous_page", TurnPage(is_back=True)
        )
        self.next = self.button(Look.PRIMARY, "form.next_page", "next_page", TurnPage())
        self.submit = self.button(Look.PRIMARY, "review.submit", "check", Confirm())
        for button in (self.previous, self.next, self.submit):
            button.setFixedHeight(tokens.mm(26 if tokens.is_landscape else 30) + 2 * button.inset)
        self.answers.addStretch(1)
        self.answers.addStretch(1)
        add_foot(self, [[self.previous, self.next, self.submit]])

    def fill(self, model: models.FormReviewPage) -> None:
        """Show the lines of this page."""
        self._clear()
        for number, line in enumerate(model.lines[:MOST_LINES]):
            row = self._row(line)
            self.rows.append(row)
            self.answers.insertWidget(1 + number, row)
            show_part(row, is_shown=True)
        pages = model.page_count
        is_last = model.page_number >= pages
        self.page_words.show_words(
            self.kit.label("form.page", page=model.page_number, pages=pages) if pages > 1 else ""
        )
        show_part(self.previous, is_shown=model.page_number > 1)
        show_part(self.next, is_shown=not is_last)
        show_part(self.submit, is_shown=is_last)

    def wipe(self) -> None:
        """Forget the lines."""
        super().wipe()
        self._clear()

    def first_control(self) -> QWidget | None:
        """Start the keyboard on what goes on."""
        return self.next if self.submit.isHidden() else self.submit

    def _row(self, line: models.AnswerLine) -> RowButton:
        tokens = self.kit.tokens
        is_wide = tokens.is_landscape
        # a wide screen is low: what belongs to the label stands beside it
        above = " · ".join(part for part in (line.label, line.note) if part)
        content = RowContent(
            line.value,
            line.icon,
            above=above if is_wide else line.label,
            below="" if is_wide else line.note,
            tail=self.kit.label("form.change") if line.key else "",
        )
        row = RowButton(
            self.kit,
            content,
            size_px=tokens.text(0.76 if is_wide else 0.88),
            look=Look.ROW,
            least_mm=31 if is_wide else 42,
        )
        row.stay_low()
        row.setEnabled(bool(line.key))
        text_id = "form.line.change" if line.key else "form.line.plain"
        row.setAccessibleName(self.kit.label(text_id, label=line.label, value=line.value))
        row.clicked.connect(self._editor(line.key))
        return row

    def _editor(self, key: str) -> Callable[[], None]:
        return lambda: self.emit_action(EditLine(key))

    def _clear(self) -> None:
        for row in self.rows:
            row.forget()
            self.answers.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self.rows.clear()
