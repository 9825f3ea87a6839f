"""Notices: what happened, and the ways on. There is always one."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose
from kiosk.flows.flow import Destination, Step
from kiosk.flows.pages import ChoiceButton, NoticePage, Progress
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts


@dataclass(frozen=True, slots=True)
class Way:
    """One way on, and where it leads."""

    choice_id: str
    """Also the last part of the button's text id, ``choice.<id>``, and its icon's name."""
    step: Step


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """Says what happened and offers the ways on; 找人帮忙 is on every page besides."""

    prompt: Prompt
    ways: tuple[Way, ...]
    icon: str = "notice"
    progress: Progress | None = None
    can_go_back: bool = True

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """The notice with its buttons."""
        buttons = tuple(
            ChoiceButton(way.choice_id, f"choice.{way.choice_id}", way.choice_id)
            for way in self.ways
        )
        return NoticePage(
            self.prompt, self.icon, buttons, progress=self.progress, can_go_back=self.can_go_back
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Go the chosen way."""
        for way in self.ways:
            if isinstance(action, Choose) and action.choice_id == way.choice_id:
                return Destination(way.step, replaces=True)
        raise FlowError(f"notice does not offer {type(action).__name__}")


def error_notice(prompt_id: str, retry: Step) -> NoticeStep:
    """Something failed through no fault of the resident: try again, or ask a person."""
    return NoticeStep(Prompt(prompt_id), (Way("retry", retry),), icon="warning")
