"""The welcome page, the services and the page that fetches a person."""

from dataclasses import dataclass, replace

from accessibility.prompt import Prompt
from kiosk.domain.definition import ServiceDefinition
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Begin, CallStaff, ChooseService, SaveForLater
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.drafting import save_for_later
from kiosk.flows.form.slip import SlipCodeStep
from kiosk.flows.form.start import service_start
from kiosk.flows.notices import NoticeStep
from kiosk.flows.pages import HelpPage, ServicesPage, ServiceTile, WelcomePage
from kiosk.flows.sign_in import first_identify_step
from kiosk.flows.staff_desk import staff_entry
from kiosk.flows.staff_sign_in import can_sign_in
from kiosk.flows.verification import next_step
from kiosk.flows.verify_receipt import VerifyReceiptStep
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

PROGRESS_TILE = "kiosk.request_progress"
"""Not a service of the catalogue: the kiosk's own enquiry."""

CATEGORY_PREFIX = "category."
MORE_TILE = "kiosk.more"
"""Turns the page of a category with more services than a page holds."""

RESUME_TILE = "kiosk.resume"
"""Come back with a slip."""

VERIFY_TILE = "kiosk.verify_receipt"
"""Is this paper genuine: for whoever is shown one."""

OWN_TILES_IN = "card"
"""The category that also holds the kiosk's own tiles: it has few services."""

TILES_ON_PAGE = 6


@dataclass(frozen=True, slots=True)
class WelcomeStep:
    """Between two visits."""

    def page(self, visit: Visit, ports: VisitPorts) -> WelcomePage:
        """The site's name and one thing to touch."""
        return WelcomePage(
            Prompt("welcome"), ports.site.name, ports.can_practise, can_go_back=False
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Begin."""
        if isinstance(action, Begin):
            return Destination(ServicesStep(), replaces=True)
        raise FlowError(f"welcome does not offer {type(action).__name__}")


@dataclass(frozen=True, slots=True)
class ServicesStep:
    """What would you like to do: the categories, or the services of one."""

    category: str = ""
    page_number: int = 1

    def page(self, visit: Visit, ports: VisitPorts) -> ServicesPage:
        """At most six tiles; a kiosk with few services shows them at once."""
        if self.category:
            prompt = Prompt(f"services.{self.category}")
            return ServicesPage(prompt, self._category_tiles(ports), _practice_note(ports))
        progress = ServiceTile(
            PROGRESS_TILE, ports.label("tile.request_progress"), "request_progress"
        )
        services = ports.catalogue.services()
        if len(services) < TILES_ON_PAGE:
            tiles = (*map(_tile, services), progress)
            return ServicesPage(Prompt("services"), tiles, _practice_note(ports))
        categories = (
            ServiceTile(
                f"{CATEGORY_PREFIX}{name}", ports.label(f"category.{name}"), f"category_{name}"
            )
            for name in ports.catalogue.categories()
        )
        tiles = (*categories,) if ports.practice else (*categories, progress)
        return ServicesPage(Prompt("services"), tiles, _practice_note(ports))

    def _category_tiles(self, ports: VisitPorts) -> tuple[ServiceTile, ...]:
        services = ports.catalogue.services(self.category)
        own = self._own_tiles(ports)
        if len(services) + len(own) <= TILES_ON_PAGE:
            return (*map(_tile, services), *own)
        room = TILES_ON_PAGE - 1
        start = (self.page_number - 1) * room % (-(-len(services) // room) * room)
        more = ServiceTile(MORE_TILE, ports.label("tile.more"), "more")
        return (*map(_tile, services[start : start + room]), more)

    def _own_tiles(self, ports: VisitPorts) -> tuple[ServiceTile, ...]:
        if self.category != OWN_TILES_IN:
            return ()
        if ports.practice is not None or ports.drafts is None:
            return ()
        return (
            ServiceTile(RESUME_TILE, ports.label("tile.resume"), "draft"),
            ServiceTile(VERIFY_TILE, ports.label("tile.verify_receipt"), "verify_receipt"),
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Open a category, turn its page, or remember the service; a person who is known is not asked again."""
        if not isinstance(action, ChooseService):
            raise FlowError(f"services do not offer {type(action).__name__}")
        chosen = action.service_id
        if chosen.removeprefix(CATEGORY_PREFIX) in ports.catalogue.categories():
            return Destination(ServicesStep(chosen.removeprefix(CATEGORY_PREFIX)))
        if chosen == MORE_TILE and self.category:
            return Destination(replace(self, page_number=self.page_number + 1), replaces=True)
        if chosen == VERIFY_TILE:
            return Destination(VerifyReceiptStep())
        if chosen == RESUME_TILE and ports.drafts is not None:
            visit.service, visit.is_progress_enquiry, visit.is_resuming = None, False, True
            visit.has_seen_matters = False
            return Destination(SlipCodeStep(first_step(visit, ports)))
        visit.is_resuming = False
        visit.is_progress_enquiry = chosen == PROGRESS_TILE
        visit.service = ports.catalogue.find(chosen)
        if visit.service is None and not visit.is_progress_enquiry:
            raise FlowError("no such service")
        return Destination(first_step(visit, ports))


def _practice_note(ports: VisitPorts) -> str:
    """How much was practised: 已练 3 项，共 23 项."""
    if ports.practice is None:
        return ""
    whole = len(ports.catalogue.services())
    return ports.label("practice.note", done=ports.practice.done(), of=whole)


def _tile(service: ServiceDefinition) -> ServiceTile:
    return ServiceTile(service.id, service.title, service.icon)


def first_step(visit: Visit, ports: VisitPorts) -> Step:
    """Where a chosen service begins: with who is there, unless that is known or nobody need be."""
    if visit.service is not None and visit.service.offline == "accepted" and not ports.has_room():
        # Said before anybody fills in anything: it could not be kept.
        return NoticeStep(Prompt("notice.no_room"), (), icon="warning")
    if visit.service is not None and visit.service.assurance == 0:
        return service_start(visit, ports)
    if visit.evidence.has_claim:
        return next_step(visit, ports)
    return first_identify_step(ports)


@dataclass(frozen=True, slots=True)
class HelpStep:
    """A person, by name and telephone number."""

    def page(self, visit: Visit, ports: VisitPorts) -> HelpPage:
        """Whom to ask."""
        helper = ports.site.helper_name
        can_save = ports.drafts is not None and visit.form is not None and bool(visit.form.given)
        return HelpPage(
            Prompt("help", {"helper": helper}),
            helper,
            ports.site.helper_phone,
            can_save,
            has_staff=can_sign_in(ports),
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Staff sign in, or what was filled in is kept; 返回 and the end are the navigator's."""
        if isinstance(action, CallStaff) and can_sign_in(ports):
            return Destination(staff_entry(), replaces=True)
        if isinstance(action, SaveForLater):
            return Destination(save_for_later(visit, ports), clears_history=True)
        raise FlowError(f"help does not offer {type(action).__name__}")
