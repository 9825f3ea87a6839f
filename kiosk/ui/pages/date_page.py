"""A day, a month or a year: large numbers, each with a key for more and a key for less."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.clock import SITE_TIME_ZONE
from kiosk.flows import pages as models
from kiosk.flows.actions import Answered
from kiosk.ui.date_pick import (
    DECADE,
    PARTS,
    TYPED_DIGITS,
    DatePart,
    DatePick,
    NoSuchDay,
    TooEarly,
    TooLate,
)
from kiosk.ui.page import Page
from kiosk.ui.pages.question_parts import QuestionParts
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.date_column import DateColumn, WordKey
from kiosk.ui.widgets.text_block import TextBlock
from kiosk.ui.widgets.visibility import show_part

DELETE_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class DatePage(Page[models.DatePage]):
    """Columns for the parts; the digits of a real keypad type the whole date."""

    prompt_share = 0.34

    def build(self) -> None:
        """Make columns, the line below them and the buttons."""
        self.question = QuestionParts(self)
        self.typed = ""
        """Digits of a real keypad that are no whole date yet."""
        self.pick = DatePick.start("date", "", "", "", self._today())
        self.columns = {part: DateColumn(self.kit, part) for part in PARTS["date"]}
        row = QHBoxLayout()
        row.setSpacing(self.kit.tokens.mm(2))
        for part, column in self.columns.items():
            column.stepped.connect(self._mover(part))
            row.addWidget(column, 5 if part == "year" else 4)
        tokens = self.kit.tokens
        self.line = TextBlock(
            self.kit, tokens.text(0.92), is_bold=True, align=Qt.AlignmentFlag.AlignHCenter
        )
        self.line_place = self._held(self.line)
        self.back = self._decade_key("form.date.decade_back", -DECADE)
        self.on = self._decade_key("form.date.decade_on", DECADE)
        self.decades = QWidget()
        decades = QHBoxLayout(self.decades)
        decades.setContentsMargins(0, 0, 0, 0)
        decades.setSpacing(tokens.mm(2))
        decades.addWidget(self.back)
        decades.addWidget(self.on)
        self.answers.addStretch(2)
        self.answers.addLayout(row)
        self.answers.addWidget(self.line_place)
        self.answers.addWidget(self.decades)
        self.answers.addStretch(3)
        self.answers.addLayout(self._foot())

    def fill(self, model: models.DatePage) -> None:
        """Stand on the model's value; a rejected one stays."""
        keeps_typed = self.question.show(model)
        value = self.pick.text if keeps_typed and self.pick.kind == model.kind else model.value
        self.typed = ""
        self.pick = DatePick.start(model.kind, value, model.earliest, model.latest, self._today())
        for part, column in self.columns.items():
            show_part(column, is_shown=part in PARTS[model.kind])
        show_part(self.decades, is_shown=self.pick.has_decades)
        self._show()

    def wipe(self) -> None:
        """Forget the date."""
        super().wipe()
        self.question.wipe()
        self.typed = ""
        self.pick = DatePick.start("date", "", "", "", self._today())
        self.line.show_words("")
        for column in self.columns.values():
            column.wipe()

    def draft(self) -> str:
        """Return where the columns stand."""
        return self.pick.text

    def restore_draft(self, draft: str) -> None:
        """Stand there again."""
        pick = self.pick
        limits = (pick.in_form(pick.earliest), pick.in_form(pick.latest))
        self.pick = DatePick.start(pick.kind, draft, *limits, self._today())
        self._show()

    def first_control(self) -> QWidget | None:
        """Start the keyboard on what goes on: the date may be right already."""
        return self.confirm

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the digits of a real keypad: 19450903."""
        sign = event.text()
        if event.isAutoRepeat():
            return
        if len(sign) == 1 and sign in "0123456789":
            self._type(sign)
        elif event.key() in DELETE_KEYS and self.typed:
            self.typed = self.typed[:-1]
            self._show()
        else:
            super().keyPressEvent(event)

    # -- parts

    def _today(self) -> date:
        return self.kit.clock.now().astimezone(SITE_TIME_ZONE).date()

    def _held(self, block: TextBlock) -> QWidget:
        """A line whose place stays when it is empty: keys may not move."""
        place = QWidget()
        place.setFixedHeight(round(block.line_height) + self.kit.tokens.mm(4))
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(block)
        return place

    def _decade_key(self, text_id: str, step: int) -> ActionButton:
        key = WordKey(self.kit, self.kit.label(text_id))
        key.clicked.connect(lambda: self._jump(step))
        return key

    def _foot(self) -> QHBoxLayout:
        self.confirm = ActionButton(
            self.kit, Look.PRIMARY, self.kit.label("typing.confirm"), "check"
        )
        self.confirm.clicked.connect(lambda: self.emit_action(Answered(self.pick.text)))
        row = QHBoxLayout()
        row.setSpacing(self.answers.spacing())
        self.question.decline.setFixedHeight(self.confirm.height())
        row.addWidget(self.question.decline, 1)
        row.addWidget(self.confirm, 1)
        return row

    # -- what happens

    def _mover(self, part: DatePart) -> Callable[[int], None]:
        return lambda step: self._move(part, step)

    def _move(self, part: DatePart, step: int) -> None:
        self.typed = ""
        self.pick = self.pick.moved(part, step)
        self._show()

    def _jump(self, step: int) -> None:
        if self.kit.taps.accepts_key(f"decade{step}"):
            self._move("year", step)

    def _type(self, digit: str) -> None:
        self.typed += digit
        problem = ""
        if len(self.typed) == TYPED_DIGITS[self.pick.kind]:
            try:
                self.pick = self.pick.typed(self.typed)
            except NoSuchDay:
                problem = self.kit.label("form.date.no_such")
            except TooEarly:
                problem = self._limit("form.date.too_early", self.pick.earliest)
            except TooLate:
                problem = self._limit("form.date.too_late", self.pick.latest)
            self.typed = ""
        self._show(problem)
        after = self.confirm if self.confirm.isEnabled() else self
        after.setFocus(Qt.FocusReason.OtherFocusReason)

    def _limit(self, text_id: str, day: date) -> str:
        """Say a limit as people write a date: 2026年7月14日."""
        numbers = {"year": day.year, "month": day.month, "day": day.day}
        parts = PARTS[self.pick.kind]
        words = "".join(f"{numbers[part]}{self.columns[part].unit}" for part in parts)
        return self.kit.label(text_id, day=words)

    def _show(self, problem: str = "") -> None:
        pick = self.pick
        is_typing = bool(self.typed)
        for part, column in self.columns.items():
            number = self._typed_part(part) if is_typing else str(pick.part(part))
            column.show_number(
                number, can_more=pick.can_move(part, 1), can_less=pick.can_move(part, -1)
            )
        self.back.setEnabled(pick.can_move("year", -DECADE))
        self.on.setEnabled(pick.can_move("year", DECADE))
        self.confirm.setEnabled(not is_typing)
        colours = self.kit.tokens.colours
        self.line.set_colour(colours.warning if problem else colours.primary)
        has_weekday = pick.kind == "date" and not is_typing
        weekday = self.kit.label(f"weekday.{pick.value.isoweekday()}") if has_weekday else ""
        self.line.show_words(problem or weekday)

    def _typed_part(self, part: DatePart) -> str:
        start, end = {"year": (0, 4), "month": (4, 6), "day": (6, 8)}[part]
        return self.typed[start:end].ljust(end - start, "–")
