"""Type the 18 characters of the citizen id."""

from kiosk.flows import pages as models
from kiosk.flows.actions import Action, CitizenNumberTyped
from kiosk.ui.pages.typing_page import TypingPage
from kiosk.ui.widgets.digit_slots import DigitSlots
from kiosk.ui.widgets.keypad import Keypad

GROUPS = (6, 4, 4, 4)
"""Region, year, month with day, the last four: as people read the number aloud."""


class CitizenNumberPage(TypingPage[models.CitizenNumberPage]):
    """A keypad with an X."""

    def build(self) -> None:
        """Make places and keypad."""
        slots = DigitSlots(
            self.kit, GROUPS, is_secret=False, name=self.kit.label("citizen_number.slots")
        )
        self.build_typing(slots, Keypad(self.kit, extra="X"), None)

    def fill(self, model: models.CitizenNumberPage) -> None:
        """Keep a rejected number for correction."""
        self.begin_typing(keeps_typed=model.is_rejected)

    def finished(self, typed: str) -> Action:
        """Return the whole number."""
        return CitizenNumberTyped(typed)
