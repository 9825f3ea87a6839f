"""From the reviewed form to an accepted request."""

from kiosk.domain.form import Form
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import FlowError
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts


def submit(
    visit: Visit, ports: VisitPorts, request_id: str, *, is_provisional: bool
) -> ServiceRequest:
    """Accept the request of the visit's form.

    Raises:
        StorageFull, StorageBusy, StorageDamaged: nothing was written, nothing was promised.
        FlowError: the form is not complete.
    """
    form = visit.form
    if form is None or visit.citizen_id is None or not form.is_complete():
        raise FlowError("the form is not complete")
    return ports.submit_request.submit(
        request_id,
        form.definition,
        visit.resident,
        visit.citizen_id,
        visit.evidence,
        form.payload(),
    )


def beneficiary(form: Form, ports: VisitPorts) -> Resident | None:
    """Whom the request is about when somebody else makes it; None when it is about the visitor."""
    step_id = form.definition.on_behalf_of
    number = form.lookup(step_id) if step_id else None
    if not isinstance(number, str):
        return None
    return ports.find_resident.find(ports.find_resident.parse(number))


def submit_enquiry(visit: Visit, ports: VisitPorts, request_id: str) -> ServiceRequest:
    """Ask the centre what the roster does not say.

    Raises:
        StorageFull, StorageBusy, StorageDamaged: nothing was written, nothing was promised.
        FlowError: there is nobody to answer to.
    """
    if visit.service is None or visit.citizen_id is None:
        raise FlowError("nothing to ask")
    answers = visit.form.payload()["answers"] if visit.form is not None else {}
    return ports.submit_request.submit(
        request_id,
        visit.service,
        visit.resident,
        visit.citizen_id,
        visit.evidence,
        {"ask": visit.service.answer, "answers": answers},
    )
