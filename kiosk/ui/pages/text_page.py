"""A name or a few words, written with the keyboard of the page."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from kiosk.flows import pages as models
from kiosk.flows.actions import Answered
from kiosk.ui.keyboard import PinyinKeyboard
from kiosk.ui.keyboard.pinyin_keyboard import Panel
from kiosk.ui.page import Page
from kiosk.ui.pages.foot import add_foot
from kiosk.ui.pages.question_parts import QuestionParts
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.text_field import TextField
from kiosk.ui.widgets.visibility import show_part


class TextPage(Page[models.TextPage]):
    """The text above the keyboard; the button that goes on beside them on a wide screen."""

    prompt_share = 0.34

    def build(self) -> None:
        """Make field, keyboard and buttons."""
        tokens = self.kit.tokens
        self.text = ""
        self.longest = 30
        self.question = QuestionParts(self)
        self.field = TextField(self.kit, 34 if tokens.is_landscape else 44)
        method = self.kit.input_method
        self.keyboard = PinyinKeyboard(self.kit, method.engine, method.finder)
        self.keyboard.committed.connect(self._append)
        self.keyboard.deleted.connect(lambda: self._show(self.text[:-1]))
        self.keyboard.composing_changed.connect(lambda _composing: self._enable())
        self.confirm = ActionButton(
            self.kit, Look.PRIMARY, self.kit.label("typing.confirm"), "check"
        )
        self.confirm.clicked.connect(self._send)
        self.question.decline.setFixedHeight(self.confirm.height())
        self.answers.addWidget(self.field)
        self.answers.addWidget(self.keyboard, 30)
        self.answers.addStretch(1)
        add_foot(self, [[self.question.decline, self.confirm]])
        self._show("")

    def fill(self, model: models.TextPage) -> None:
        """Begin with the model's value; a rejected text stays."""
        keeps_typed = self.question.show(model)
        self.longest = model.longest
        is_name = model.kind == "name"
        show_part(self.keyboard.dot, is_shown=is_name)
        show_part(self.keyboard.switches[Panel.DIGITS], is_shown=not is_name)
        self.keyboard.wipe()
        self._show(self.text if keeps_typed else model.value[: model.longest])

    def wipe(self) -> None:
        """Forget the text and what is typed of it."""
        super().wipe()
        self.question.wipe()
        self.keyboard.wipe()
        self._show("")

    def draft(self) -> str:
        """Return the text so far."""
        return self.text

    def restore_draft(self, draft: str) -> None:
        """Put the text back."""
        self._show(draft)

    def first_control(self) -> QWidget | None:
        """Start the keyboard on the keyboard."""
        return self.keyboard.first_control()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of a real keyboard; Enter goes on."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
        if self.keyboard.take_key(event):
            return
        if is_enter and self.confirm.isEnabled():
            self._send()
            return
        super().keyPressEvent(event)

    def _append(self, words: str) -> None:
        self._show((self.text + words)[: self.longest])

    def _show(self, text: str) -> None:
        self.text = text
        self.field.show_text(text)
        self._enable()

    def _enable(self) -> None:
        """Letters that are no word yet count too: going on takes the first word."""
        self.confirm.setEnabled(bool(self.text.strip()) or self.keyboard.is_composing)

    def _send(self) -> None:
        self.keyboard.settle()
        if self.text.strip():
            self.emit_action(Answered(self.text.strip()))
