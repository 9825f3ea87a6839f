"""Staff at the machine: number and PIN, and what they may do then."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from accessibility.prompt import Prompt
from kiosk.errors import FlowError, KioskError
from kiosk.flows.actions import Action, Decline, StaffTyped
from kiosk.flows.flow import Destination, Step
from kiosk.flows.pages import StaffSignInPage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

StaffOnward: TypeAlias = Callable[[Visit, VisitPorts, str], Step]
"""Where a sign-in leads: given the staff number."""


def can_sign_in(ports: VisitPorts, wanted: int = 1) -> bool:
    """Whether so many can sign in at this machine; the page that asks is shown whatever the database does."""
    try:
        return ports.staff is not None and ports.staff.count() >= wanted
    except KioskError:
        return False


def sign_out(visit: Visit, staff: str) -> bool:
    """Whether that staff member was signed in still: each deed is done once for a PIN.

    A page that is found again behind 返回 or 找人帮忙 asks for the PIN anew.
    """
    is_signed_in = bool(staff) and visit.staff == staff
    visit.staff = ""
    return is_signed_in


@dataclass(frozen=True, slots=True)
class StaffSignInStep:
    """Number and PIN on the keypad; nothing says which of the two was wrong."""

    onward: StaffOnward
    prompt: Prompt = field(default_factory=lambda: Prompt("staff.sign_in"))
    but_not: frozenset[str] = frozenset()
    """Numbers that have had their say already: two different people are wanted."""
    otherwise: Callable[[Visit, VisitPorts], Step] | None = None
    """Where it leads when nobody of the staff is there after all; None where 返回 is enough."""

    def page(self, visit: Visit, ports: VisitPorts) -> StaffSignInPage:
        """The keypad."""
        return StaffSignInPage(self.prompt, can_leave=self.otherwise is not None)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Go on as staff, or say kindly that it did not work."""
        if isinstance(action, Decline) and self.otherwise is not None:
            return Destination(self.otherwise(visit, ports), replaces=True)
        if not isinstance(action, StaffTyped) or ports.staff is None:
            raise FlowError(f"staff sign-in does not offer {type(action).__name__}")
        if action.number in self.but_not:
            return self._again(Prompt("staff.sign_in.same"))
        result = ports.staff.sign_in(action.number, action.pin)
        if result.kind == "resting":
            minutes = {"minutes": str(result.minutes)}
            return self._again(Prompt("staff.sign_in.resting", minutes, is_personal=False))
        if result.kind == "wrong":
            return self._again(Prompt("staff.sign_in.wrong"))
        visit.staff = action.number
        return Destination(self.onward(visit, ports, action.number), replaces=True)

    def _again(self, prompt: Prompt) -> Destination:
        return Destination(replace(self, prompt=prompt), replaces=True)
