"""The end of a visit: review, receipt, and how far earlier requests are."""

from dataclasses import dataclass, field

from accessibility.prompt import Prompt
from kiosk.clock import SITE_TIME_ZONE
from kiosk.domain.identity_policy import Factor
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.errors import FlowError, KioskError
from kiosk.flows.actions import Action, Confirm
from kiosk.flows.flow import Destination
from kiosk.flows.pages import (
    Progress,
    ProgressPage,
    ReceiptPage,
    RequestLine,
    RequestStage,
    ReviewLine,
    ReviewPage,
)
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from sync.identifiers import new_event_id

REVIEW = Progress(3, 4)
RECEIPT = Progress(4, 4)

_STAGE = {
    RequestState.ACCEPTED: RequestStage.ACCEPTED,
    RequestState.DELIVERED: RequestStage.DELIVERED,
    RequestState.DECIDED: RequestStage.DECIDED,
    RequestState.NEEDS_CORRECTION: RequestStage.NEEDS_CORRECTION,
}

_RECEIPT_PROMPT = {
    RequestStage.ACCEPTED: "receipt",
    RequestStage.DELIVERED: "receipt.delivered",
    RequestStage.DECIDED: "receipt.decided",
    RequestStage.NEEDS_CORRECTION: "receipt.needs_correction",
}


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """Everything read back; nothing is promised before the confirmation is stored."""

    is_provisional: bool = False
    """The resident goes on with fewer proofs: staff or the centre verify later."""
    request_id: str = field(default_factory=new_event_id)
    """Made with the page: confirming twice, or again after a failure, is one request."""

    def page(self, visit: Visit, ports: VisitPorts) -> ReviewPage:
        """What will be submitted."""
        if visit.service is None or visit.citizen_id is None:
            raise FlowError("nothing to review")
        label = ports.label
        name = visit.resident.masked_name if visit.resident else label("review.name_unknown")
        lines = (
            ReviewLine(label("review.service"), visit.service.title, visit.service.icon),
            ReviewLine(label("review.name"), name, "person"),
            ReviewLine(label("review.citizen_id"), visit.citizen_id.masked, "number"),
            ReviewLine(label("review.proof"), self._proof(visit, ports), "shield"),
        )
        return ReviewPage(Prompt("review"), lines, progress=REVIEW)

    def _proof(self, visit: Visit, ports: VisitPorts) -> str:
        if self.is_provisional:
            return ports.label("review.proof_later")
        proved = [factor for factor in Factor if factor in visit.evidence.factors]
        return "、".join(ports.label(f"factor.{factor.value}") for factor in proved)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Submit; a failure raises and promises nothing."""
        if not isinstance(action, Confirm) or visit.service is None or visit.citizen_id is None:
            raise FlowError(f"review does not offer {type(action).__name__}")
        request = ports.submit_request.submit(
            self.request_id,
            visit.service,
            visit.resident,
            visit.citizen_id,
            visit.evidence,
            {"for": "self"},
        )
        return Destination(ReceiptStep(request), clears_history=True)


@dataclass(frozen=True, slots=True)
class ReceiptStep:
    """The promise; its stage follows the centre's answers while the page is open."""

    request: ServiceRequest

    def page(self, visit: Visit, ports: VisitPorts) -> ReceiptPage:
        """Number, stage, QR."""
        request = self._newest(ports)
        stage = _STAGE[request.state]
        title = visit.service.title if visit.service else ""
        prompt_id = _RECEIPT_PROMPT[stage]
        if request.is_provisional and stage is RequestStage.ACCEPTED:
            prompt_id = "receipt.provisional"
        values = {"service": title, "number": request.receipt_number}
        return ReceiptPage(
            Prompt(prompt_id, values, is_personal=True),
            service_title=title,
            receipt_number=request.receipt_number,
            stage=stage,
            accepted_at=request.accepted_at.astimezone(SITE_TIME_ZONE),
            is_provisional=request.is_provisional,
            qr_rows=ports.qr_rows(request),
            progress=RECEIPT,
            can_go_back=False,
        )

    def _newest(self, ports: VisitPorts) -> ServiceRequest:
        try:
            return ports.list_requests.get(self.request.request_id) or self.request
        except KioskError:
            # The promise stands whether or not the database can be read this moment.
            return self.request

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Only the end leads on; it is the navigator's."""
        raise FlowError(f"receipt does not offer {type(action).__name__}")


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """The person's newest requests, as far as this kiosk and the centre's answers know."""

    def page(self, visit: Visit, ports: VisitPorts) -> ProgressPage:
        """At most four, newest first."""
        if visit.resident is None:
            raise FlowError("nobody to show requests of")
        requests = ports.list_requests.newest_of(visit.resident, limit=4)
        prompt = Prompt("request_progress" if requests else "request_progress.none")
        return ProgressPage(prompt, tuple(_line(request, ports) for request in requests))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Only 返回 and the end lead on."""
        raise FlowError(f"progress does not offer {type(action).__name__}")


def _line(request: ServiceRequest, ports: VisitPorts) -> RequestLine:
    definition = ports.catalogue.find(request.service_id)
    return RequestLine(
        service_title=definition.title if definition else request.service_id,
        receipt_number=request.receipt_number,
        stage=_STAGE[request.state],
        accepted_at=request.accepted_at.astimezone(SITE_TIME_ZONE),
        decision=request.decision_text,
    )
