"""What waits for a person who has just shown who they are: a correction that the centre asks for, a draft."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.form import Place
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.drafting import found_draft
from kiosk.flows.form.going_on import FORM
from kiosk.flows.notices import NoticeStep
from kiosk.flows.page_model import ChoiceButton
from kiosk.flows.pages import NoticePage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.drafts import Draft, DraftOwner


def waiting_matter(visit: Visit, ports: VisitPorts) -> Step | None:
    """The first thing that waits, once a visit; None when there is nothing or it was seen."""
    if visit.has_seen_matters:
        return None
    visit.has_seen_matters = True
    if visit.resident is not None and visit.evidence.may_be_shown:
        for request in ports.list_requests.needing_correction(visit.resident):
            if definition_of(request, ports) is not None:
                return CorrectionOfferStep(request)
    found = found_draft(visit, ports)
    if found is not None:
        return DraftOfferStep(*found)
    if visit.is_resuming:
        return NoticeStep(Prompt("draft.none"), (), icon="draft", progress=FORM)
    return None


def definition_of(request: ServiceRequest, ports: VisitPorts) -> ServiceDefinition | None:
    """The definition that a request was made with, else the newest of its service."""
    return ports.catalogue.pinned(request.service_digest) or ports.catalogue.find(
        request.service_id
    )


def _go_on(visit: Visit, ports: VisitPorts) -> Destination:
    """Where the visit was going, with what was chosen here."""
    # Verification leads here and from here back to what it still has to ask.
    from kiosk.flows.home import ServicesStep  # noqa: PLC0415
    from kiosk.flows.verification import next_step  # noqa: PLC0415

    if visit.service is None and not visit.is_progress_enquiry:
        visit.is_resuming = False
        return Destination(ServicesStep(), clears_history=True)
    return Destination(next_step(visit, ports), replaces=True)


def _buttons(*names: str) -> tuple[ChoiceButton, ...]:
    return tuple(ChoiceButton(name, f"choice.{name}", name) for name in names)


@dataclass(frozen=True, slots=True)
class CorrectionOfferStep:
    """The centre asks for a correction: what it says, and the two ways."""

    request: ServiceRequest

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """In the centre's own words."""
        definition = definition_of(self.request, ports)
        values = {
            "service": definition.title if definition else "",
            "text": self.request.decision_text,
        }
        buttons = _buttons("correct_now", "correct_later")
        return NoticePage(Prompt("correction.offer", values), "edit", buttons, progress=FORM)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Open the request at the question at fault, or leave it for another time."""
        chosen = action.choice_id if isinstance(action, Choose) else ""
        if chosen == "correct_now":
            begin_correction(visit, ports, self.request)
        elif chosen != "correct_later":
            raise FlowError(f"correction does not offer {type(action).__name__}")
        return _go_on(visit, ports)


def begin_correction(visit: Visit, ports: VisitPorts, request: ServiceRequest) -> None:
    """Make the visit about a request that is to be corrected; its answers are filled in, those at fault are asked."""
    kept = ports.list_requests.form_of(request)
    visit.forget_form()
    visit.service = definition_of(request, ports)
    visit.is_progress_enquiry = False
    visit.correcting = request
    visit.given = dict(kept.answers) if kept else {}
    visit.to_correct = tuple(Place.parse(key) for key in request.decision_fields)


@dataclass(frozen=True, slots=True, repr=False)
class DraftOfferStep:
    """Something was begun last time: go on with it, or throw it away."""

    owner: DraftOwner
    draft: Draft

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """What was begun, and the two ways."""
        definition = ports.catalogue.pinned(self.draft.digest)
        title = definition.title if definition else ""
        buttons = _buttons("continue_draft", "drop_draft")
        prompt = Prompt("draft.offer", {"service": title}, is_personal=True)
        return NoticePage(prompt, "draft", buttons, progress=FORM)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Go on with the definition that it was begun with, or drop it and do what one came for."""
        chosen = action.choice_id if isinstance(action, Choose) else ""
        if chosen == "continue_draft":
            visit.forget_form()
            visit.service = ports.catalogue.pinned(self.draft.digest)
            visit.is_progress_enquiry = False
            visit.draft_owner = self.owner
            visit.given = dict(self.draft.given)
            visit.kept_photos = dict(self.draft.photos)
        elif chosen == "drop_draft" and ports.drafts is not None:
            ports.drafts.drop(self.owner, self.draft.service_id)
        else:
            raise FlowError(f"draft does not offer {type(action).__name__}")
        return _go_on(visit, ports)
