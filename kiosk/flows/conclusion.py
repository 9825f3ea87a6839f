"""The end of a visit: the receipt, and how far earlier requests are."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.clock import SITE_TIME_ZONE
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.errors import FlowError, KioskError
from kiosk.flows.actions import Action, Choose, PrintPage
from kiosk.flows.flow import Destination
from kiosk.flows.hints_step import HintsStep, has_hints
from kiosk.flows.my_templates import MyTemplatesStep, has_templates
from kiosk.flows.pages import (
    MY_TEMPLATES_CHOICE,
    Progress,
    ProgressPage,
    ReceiptPage,
    RequestLine,
    RequestStage,
)
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

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
class ReceiptStep:
    """The promise; its stage follows the centre's answers while the page is open."""

    request: ServiceRequest

    def page(self, visit: Visit, ports: VisitPorts) -> ReceiptPage:
        """Number, stage, QR."""
        request = self._newest(ports)
        if ports.practice is not None:
            return self._practised(visit, ports, request)
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
            note=visit.service.receipt_note if visit.service else "",
            can_print=ports.printing.can_print(),
            print_state=ports.printing.state_of(visit.print_job),
            has_hints=self._has_hints(visit, ports),
            progress=RECEIPT,
            can_go_back=False,
        )

    def _practised(self, visit: Visit, ports: VisitPorts, request: ServiceRequest) -> ReceiptPage:
        """The end of a practice: praise, and no promise."""
        title = visit.service.title if visit.service else ""
        if ports.practice is not None and visit.service is not None:
            ports.practice.mark_done(visit.service.id)
        return ReceiptPage(
            Prompt("practice.receipt", {"service": title}, is_personal=False),
            service_title=title,
            receipt_number=request.receipt_number,
            accepted_at=request.accepted_at.astimezone(SITE_TIME_ZONE),
            qr_rows=ports.qr_rows(request),
            progress=RECEIPT,
        )

    def _has_hints(self, visit: Visit, ports: VisitPorts) -> bool:
        try:
            return has_hints(visit, ports)
        except KioskError:
            # What more there is to do never stands between a person and the receipt.
            return False

    def _newest(self, ports: VisitPorts) -> ServiceRequest:
        try:
            return ports.list_requests.get(self.request.request_id) or self.request
        except KioskError:
            # The promise stands whether or not the database can be read this moment.
            return self.request

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Print, or look at what else there is to do; the end is the navigator's."""
        if isinstance(action, PrintPage):
            visit.print_job = ports.printing.print_receipt(self._newest(ports))
            return Destination(self, replaces=True)
        if isinstance(action, Choose) and action.choice_id == "hints":
            return Destination(HintsStep())
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
        lines = tuple(_line(request, ports) for request in requests)
        return ProgressPage(prompt, lines, has_templates=has_templates(visit, ports))

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """To what is enrolled of the person; else only 返回 and the end lead on."""
        if isinstance(action, Choose) and action.choice_id == MY_TEMPLATES_CHOICE:
            return Destination(MyTemplatesStep())
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
