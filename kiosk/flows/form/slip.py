"""Coming back with a slip: its code, then who one is, then the draft."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Answered
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form_pages import DigitsPage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.drafts import CODE_DIGITS


@dataclass(frozen=True, slots=True)
class SlipCodeStep:
    """Type the code; it opens nothing by itself, and whether it fits is seen once the person is known."""

    onward: Step
    is_short: bool = False

    def page(self, visit: Visit, ports: VisitPorts) -> DigitsPage:
        """The keypad."""
        return DigitsPage(
            Prompt("draft.code.too_short" if self.is_short else "draft.code"),
            place_key="slip_code",
            is_rejected=self.is_short,
            kind="number",
            longest=CODE_DIGITS,
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Remember the code."""
        if not isinstance(action, Answered):
            raise FlowError(f"slip does not offer {type(action).__name__}")
        code = "".join(str(action.value).split())
        if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
            return Destination(SlipCodeStep(self.onward, is_short=True), replaces=True)
        visit.slip_code = code
        return Destination(self.onward)
