"""Type a staff number, then its PIN."""

from PySide6.QtCore import Qt

from kiosk.flows import pages as models
from kiosk.flows.actions import Action, Decline, StaffTyped
from kiosk.ui.pages.typing_page import TypingPage
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.digit_slots import DigitSlots
from kiosk.ui.widgets.keypad import DELETE, Keypad
from kiosk.ui.widgets.visibility import show_part

NUMBER_SHORTEST, NUMBER_LONGEST = 4, 8
PIN_LENGTH = 6


class StaffSignInPage(TypingPage[models.StaffSignInPage]):
    """Two rows of places and one keypad; 确定 leads from the number to the PIN."""

    def build(self) -> None:
        """Make both rows and the keypad."""
        self.number = ""
        self.is_at_pin = False
        self.pin_slots = DigitSlots(
            self.kit, (PIN_LENGTH,), is_secret=True, name=self.kit.label("staff.pin_slots")
        )
        slots = DigitSlots(
            self.kit, (NUMBER_LONGEST,), is_secret=False, name=self.kit.label("staff.number_slots")
        )
        self.leave = self.button(Look.SECONDARY, "staff.leave", "other_way", Decline())
        self.build_typing(slots, Keypad(self.kit), self.leave)
        self.answers.insertWidget(1, self.pin_slots)

    def fill(self, model: models.StaffSignInPage) -> None:
        """Start empty, always."""
        show_part(self.leave, is_shown=model.can_leave)
        self._start()

    def wipe(self) -> None:
        """Forget number and PIN."""
        self.number, self.is_at_pin = "", False
        super().wipe()

    def draft(self) -> str:
        """Keep nothing, not even for a change of the window's size."""
        return ""

    def with_sign(self, sign: str) -> str:
        """Return what is typed into the row that is open."""
        longest = PIN_LENGTH if self.is_at_pin else NUMBER_LONGEST
        return self.typed + sign if len(self.typed) < longest else self.typed

    def is_complete(self) -> bool:
        """Whether 确定 works."""
        return len(self.typed) >= (PIN_LENGTH if self.is_at_pin else NUMBER_SHORTEST)

    def show_typed(self) -> None:
        """Show number and dots; the row that is open has the marked place."""
        self.slots.show_typed(self.number if self.is_at_pin else self.typed)
        self.pin_slots.show_typed(self.typed if self.is_at_pin else "")
        self.slots.show_open(is_open=not self.is_at_pin)
        self.pin_slots.show_open(is_open=self.is_at_pin)

    def finished(self, typed: str) -> Action:
        """Return both and forget them."""
        number = self.number
        self._start()
        return StaffTyped(number, typed)

    def _take(self, sign: str) -> None:
        if sign == DELETE and self.is_at_pin and not self.typed:
            # back to the number, for who mistyped it
            self.typed, self.number, self.is_at_pin = self.number, "", False
            self._show()
            return
        super()._take(sign)

    def _send(self) -> None:
        if self.is_at_pin:
            super()._send()
        elif self.kit.taps.accepts():
            self.number, self.typed, self.is_at_pin = self.typed, "", True
            # 确定 is about to rest, and a rest hands the keyboard on to 返回.
            self.keypad.keys["1"].setFocus(Qt.FocusReason.OtherFocusReason)
            self._show()

    def _start(self) -> None:
        self.number, self.is_at_pin = "", False
        self.begin_typing(keeps_typed=False)
