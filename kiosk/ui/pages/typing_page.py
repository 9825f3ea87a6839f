"""What the pages with a keypad share: places, keypad, correction, draft."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.flows.actions import Action
from kiosk.flows.pages import PageModel
from kiosk.ui.page import Page
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.digit_slots import DigitSlots
from kiosk.ui.widgets.keypad import DELETE, Keypad

TypingT = TypeVar("TypingT", bound=PageModel)


class TypingPage(Page[TypingT]):
    """Places above a keypad; the button that goes on works once every place is filled, or as a page says."""

    prompt_share = 0.34

    def build_typing(
        self, slots: DigitSlots, keypad: Keypad, other_way: ActionButton | None
    ) -> None:
        """Put the parts together; called by ``build``."""
        self.typed = ""
        self.slots = slots
        self.keypad = keypad
        self.keypad.pressed.connect(self._take)
        self.confirm = ActionButton(
            self.kit, Look.PRIMARY, self.kit.label("typing.confirm"), "check"
        )
        self.confirm.clicked.connect(self._send)
        self.answers.addWidget(self.slots)
        self.answers.addWidget(self.keypad, 30)
        self.answers.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(self.answers.spacing())
        if other_way is not None:
            other_way.setFixedHeight(self.confirm.height())
            row.addWidget(other_way, 1)
        row.addWidget(self.confirm, 1)
        self.answers.addLayout(row)
        self._show()

    def finished(self, typed: str) -> Action:
        """Return the action for a complete entry."""
        raise NotImplementedError

    def begin_typing(self, *, keeps_typed: bool) -> None:
        """Start empty, or with what was typed last for correction."""
        if not keeps_typed:
            self.typed = ""
        self._show()

    def wipe(self) -> None:
        """Forget what was typed."""
        super().wipe()
        self.begin_typing(keeps_typed=False)

    def draft(self) -> str:
        """Return what was typed so far."""
        return self.typed

    def restore_draft(self, draft: str) -> None:
        """Put back what was typed."""
        self.typed = draft
        self._show()

    def first_control(self) -> QWidget | None:
        """Start the keyboard on the first key."""
        return self.keypad.keys["1"]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits from a real keyboard; Enter goes on."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
        if self.keypad.take_key(event):
            # Enter must go on: it may not press the key of the screen that had the focus
            after = self.confirm if self.confirm.isEnabled() else self
            after.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if is_enter and self.confirm.isEnabled():
            self._send()
            return
        super().keyPressEvent(event)

    def _take(self, sign: str) -> None:
        if sign == DELETE:
            self.typed = self.typed[:-1]
        else:
            self.typed = self.with_sign(sign)
        self._show()

    def with_sign(self, sign: str) -> str:
        """Return what is typed after one more sign; unchanged when it has no place."""
        return self.typed + sign if len(self.typed) < self.slots.length else self.typed

    def is_complete(self) -> bool:
        """Whether the button that goes on works."""
        return len(self.typed) == self.slots.length

    def show_typed(self) -> None:
        """Show what is typed."""
        self.slots.show_typed(self.typed)

    def _show(self) -> None:
        self.show_typed()
        self.confirm.setEnabled(self.is_complete())

    def _send(self) -> None:
        if self.kit.taps.accepts():
            self.acted.emit(self.finished(self.typed))
