"""The welcome page, the services and the page that fetches a person."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Begin, ChooseService
from kiosk.flows.flow import Destination
from kiosk.flows.pages import HelpPage, ServicesPage, ServiceTile, WelcomePage
from kiosk.flows.sign_in import first_identify_step
from kiosk.flows.verification import next_step
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

PROGRESS_TILE = "kiosk.request_progress"
"""Not a service of the catalogue: the kiosk's own enquiry."""

TILES_ON_PAGE = 6


@dataclass(frozen=True, slots=True)
class WelcomeStep:
    """Between two visits."""

    def page(self, visit: Visit, ports: VisitPorts) -> WelcomePage:
        """The site's name and one thing to touch."""
        return WelcomePage(Prompt("welcome"), ports.site.name, can_go_back=False)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Begin."""
        if isinstance(action, Begin):
            return Destination(ServicesStep(), replaces=True)
        raise FlowError(f"welcome does not offer {type(action).__name__}")


@dataclass(frozen=True, slots=True)
class ServicesStep:
    """What would you like to do."""

    def page(self, visit: Visit, ports: VisitPorts) -> ServicesPage:
        """The first six tiles; the enquiry of progress is always the last."""
        services = ports.catalogue.services()[: TILES_ON_PAGE - 1]
        tiles = [ServiceTile(service.id, service.title, service.icon) for service in services]
        tiles.append(
            ServiceTile(PROGRESS_TILE, ports.label("tile.request_progress"), "request_progress")
        )
        return ServicesPage(Prompt("services"), tuple(tiles))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Remember the choice; a person who is already known is not asked again."""
        if not isinstance(action, ChooseService):
            raise FlowError(f"services do not offer {type(action).__name__}")
        visit.is_progress_enquiry = action.service_id == PROGRESS_TILE
        visit.service = ports.catalogue.find(action.service_id)
        if visit.service is None and not visit.is_progress_enquiry:
            raise FlowError("no such service")
        if visit.evidence.has_claim:
            return Destination(next_step(visit, ports))
        return Destination(first_identify_step(ports))


@dataclass(frozen=True, slots=True)
class HelpStep:
    """A person, by name and telephone number."""

    def page(self, visit: Visit, ports: VisitPorts) -> HelpPage:
        """Whom to ask."""
        helper = ports.site.helper_name
        return HelpPage(Prompt("help", {"helper": helper}), helper, ports.site.helper_phone)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Only 返回 and the end lead on; both are the navigator's."""
        raise FlowError(f"help does not offer {type(action).__name__}")
