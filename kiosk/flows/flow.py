"""Qt-free navigation: a step makes a page, takes an action and says where to go next."""

from dataclasses import dataclass
from typing import Protocol

from kiosk.flows.actions import Action
from kiosk.flows.page_model import PageModel
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts


class Step(Protocol):
    """One place of a visit. Steps are values: what they need beyond the visit is in their fields."""

    def page(self, visit: Visit, ports: VisitPorts) -> PageModel:
        """What to show."""

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> "Destination":
        """Decide where an action leads.

        Raises:
            FlowError: the page does not offer this action.
        """


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to go next."""

    step: Step
    replaces: bool = False
    """The step that was left is not a place to come back to."""
    clears_history: bool = False
    """返回 does not lead behind this step."""
