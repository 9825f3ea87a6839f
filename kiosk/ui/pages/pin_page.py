"""Type the card's PIN, shown as dots."""

from kiosk.flows import pages as models
from kiosk.flows.actions import Action, Decline, PinTyped
from kiosk.ui.pages.typing_page import TypingPage
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.digit_slots import DigitSlots
from kiosk.ui.widgets.keypad import Keypad

PIN_LENGTH = 6


class PinPage(TypingPage[models.PinPage]):
    """A keypad, six dots, and a way on for who forgot."""

    def build(self) -> None:
        """Make places, keypad and the other way."""
        slots = DigitSlots(
            self.kit, (PIN_LENGTH,), is_secret=True, name=self.kit.label("pin.slots")
        )
        self.forgotten = self.button(Look.SECONDARY, "pin.forgotten", "other_way", Decline())
        self.build_typing(slots, Keypad(self.kit), self.forgotten)

    def fill(self, model: models.PinPage) -> None:
        """Start empty, always: a PIN is never kept."""
        del model
        self.begin_typing(keeps_typed=False)

    def draft(self) -> str:
        """Keep no PIN, not even for a change of the window's size."""
        return ""

    def finished(self, typed: str) -> Action:
        """Return the PIN and forget it."""
        self.begin_typing(keeps_typed=False)
        return PinTyped(typed)
