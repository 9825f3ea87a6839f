"""The beginning of a service: is it for this person, is the machine's time right, what is asked first."""

from dataclasses import dataclass, field
from string import Formatter

from accessibility.prompt import Prompt
from kiosk.domain.definition import Requirement, ServiceDefinition
from kiosk.domain.expressions import Lookup
from kiosk.domain.form import Form, unmet_requirements
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose
from kiosk.flows.conclusion import ReceiptStep
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.facts import form_scope
from kiosk.flows.form.going_on import FORM, form_step
from kiosk.flows.form.read_back import in_words
from kiosk.flows.form.submission import submit_enquiry
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.pages import ChoiceButton, NoticePage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from sync.identifiers import new_event_id


def service_start(visit: Visit, ports: VisitPorts, *, is_provisional: bool = False) -> Step:
    """The first step of the chosen service.

    Args:
        is_provisional: with fewer proofs than the service asks for; a person decides later.
    Raises:
        FlowError: no service is chosen.
    """
    definition = visit.service
    if definition is None:
        raise FlowError("no service is chosen")
    if definition.is_date_bound and ports.is_clock_behind():
        return NoticeStep(Prompt("notice.clock_behind"), (), icon="clock_fault", progress=FORM)
    form = Form(definition, form_scope(visit, ports), dict(visit.given))
    visit.open_form(form, is_provisional=is_provisional)
    first = form_step(visit, ports)
    if visit.given:
        return first
    return _requirement_notice(definition, form.scope, first) or first


def _requirement_notice(
    definition: ServiceDefinition, scope: Lookup, first: Step
) -> NoticeStep | None:
    """Say before anything is asked that the service does not seem to be for this person."""
    unmet = unmet_requirements(definition, scope)
    if not unmet:
        return None
    # What makes the service pointless is said before what only delays it.
    number, requirement = next((one for one in unmet if one[1].is_final), unmet[0])
    prompt = Prompt(
        definition.prompt_id("requires", str(number)), _values(requirement, scope), is_personal=True
    )
    ways = () if requirement.is_final else (Way("go_on_anyway", first),)
    return NoticeStep(prompt, ways, icon="notice", progress=FORM)


def _values(requirement: Requirement, scope: Lookup) -> dict[str, str]:
    """The slots of a requirement's texts: ``{person_age}`` is the name ``person.age``."""
    text = requirement.title + requirement.sentence
    slots = {slot for _, slot, _, _ in Formatter().parse(text) if slot}
    return {slot: in_words(scope(slot.replace("_", ".", 1))) for slot in slots}


def register_first(visit: Visit, ports: VisitPorts) -> Way:
    """The way of one whose proofs do not suffice: accepted now, decided later; the roster's answers stay closed."""
    if visit.service is not None and visit.service.offline == "roster":
        return Way("ask_centre", EnquiryStep())
    return Way("register_first", service_start(visit, ports, is_provisional=True))


@dataclass(frozen=True, slots=True)
class EnquiryStep:
    """The kiosk cannot answer: ask the centre, with a receipt."""

    prompt_id: str = "enquiry"
    request_id: str = field(default_factory=new_event_id)
    """Made with the page: asking again after a failure is one request."""

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """What is asked, and one button."""
        title = visit.service.title if visit.service else ""
        button = ChoiceButton("ask_centre", "choice.ask_centre", "ask_centre")
        return NoticePage(
            Prompt(self.prompt_id, {"service": title}, is_personal=False),
            "review",
            (button,),
            progress=FORM,
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Submit the question."""
        if not isinstance(action, Choose) or action.choice_id != "ask_centre":
            raise FlowError(f"enquiry does not offer {type(action).__name__}")
        request = submit_enquiry(visit, ports, self.request_id)
        return Destination(ReceiptStep(request), clears_history=True)
