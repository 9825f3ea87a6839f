"""What the resident seems entitled to besides, each with its reason; declining is one touch."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.domain.hints import Hint
from kiosk.domain.service_request import RequestState
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose, Decline
from kiosk.flows.flow import Destination
from kiosk.flows.form.facts import form_scope
from kiosk.flows.form_pages import HintCard, HintsPage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

MOST = 3


def hints_of(visit: Visit, ports: VisitPorts) -> tuple[Hint, ...]:
    """At most three proposals for a person who has proved who they are."""
    if visit.resident is None or not visit.evidence.may_be_shown:
        return ()
    open_services = {
        request.service_id
        for request in ports.list_requests.newest_of(visit.resident, limit=50)
        if request.state is not RequestState.DECIDED
    }
    offered = {service.id for service in ports.catalogue.services()}
    return ports.hints(form_scope(visit, ports), open_services, offered)


def has_hints(visit: Visit, ports: VisitPorts) -> bool:
    """Whether there is anything to propose."""
    return bool(visit.bundle or hints_of(visit, ports))


@dataclass(frozen=True, slots=True)
class HintsStep:
    """Proposals; what remains of a life event comes first."""

    def page(self, visit: Visit, ports: VisitPorts) -> HintsPage:
        """At most three cards."""
        cards = [*self._bundle(visit, ports)]
        for hint in hints_of(visit, ports):
            words = ports.words(Prompt(hint.prompt_id, hint.values))
            definition = ports.catalogue.find(hint.services[0])
            icon = definition.icon if definition else "hint"
            if hint.services[0] not in visit.bundle:
                cards.append(HintCard(hint.id, words.title, words.sentence, icon))
        return HintsPage(Prompt("hints" if cards else "hints.none"), tuple(cards[:MOST]))

    def _bundle(self, visit: Visit, ports: VisitPorts) -> list[HintCard]:
        found = (ports.catalogue.find(service_id) for service_id in visit.bundle)
        reason = ports.label("hints.next_of_event")
        return [HintCard(one.id, one.title, reason, one.icon) for one in found if one is not None]

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Open the chosen service, or end."""
        # Home and verification lead here and from here to what was chosen.
        from kiosk.flows.home import WelcomeStep, first_step  # noqa: PLC0415

        if isinstance(action, Decline):
            return Destination(WelcomeStep())
        if not isinstance(action, Choose):
            raise FlowError(f"hints do not offer {type(action).__name__}")
        services = self._services(visit, ports, action.choice_id)
        visit.service = ports.catalogue.find(services[0])
        if visit.service is None:
            raise FlowError("no such proposal")
        visit.bundle = services[1:]
        visit.is_progress_enquiry = False
        visit.forget_form()
        return Destination(first_step(visit, ports), clears_history=True)

    @staticmethod
    def _services(visit: Visit, ports: VisitPorts, chosen: str) -> tuple[str, ...]:
        if chosen in visit.bundle:
            return (chosen, *(one for one in visit.bundle if one != chosen))
        hint = next((one for one in hints_of(visit, ports) if one.id == chosen), None)
        if hint is None:
            raise FlowError("no such proposal")
        return hint.services
