"""What staff can do at the machine once they have signed in."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.flows.actions import Action
from kiosk.flows.flow import Destination
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.page_model import PageModel
from kiosk.flows.staff_sign_in import StaffSignInStep
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts


def staff_entry() -> StaffSignInStep:
    """From the help page to the desk."""
    return StaffSignInStep(lambda _visit, _ports, number: StaffDeskStep(number))


@dataclass(frozen=True, slots=True)
class StaffDeskStep:
    """A list of what can be done now, as the visit stands."""

    staff: str

    def page(self, visit: Visit, ports: VisitPorts) -> PageModel:
        """One button for each."""
        return self._notice(visit, ports).page(visit, ports)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Go there; 返回 leads to the desk again."""
        chosen = self._notice(visit, ports).take(visit, ports, action)
        return Destination(chosen.step)

    def _notice(self, visit: Visit, ports: VisitPorts) -> NoticeStep:
        prompt = Prompt("staff.desk", {"number": self.staff}, is_personal=False)
        return NoticeStep(prompt, desk_ways(visit, ports, self.staff), icon="staff")


def desk_ways(visit: Visit, ports: VisitPorts, staff: str) -> tuple[Way, ...]:
    """What can be done as the visit stands; at most five fit."""
    del visit, ports, staff
    return ()
