"""From the reviewed form to an accepted request."""

from collections.abc import Callable, Iterator
from typing import Any

from kiosk.domain.attachment import Attachment
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.form import Form, Place
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import ChoiceQuestion
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import FlowError
from kiosk.flows.form.drafting import card_owner
from kiosk.flows.form.facts import form_facts
from kiosk.flows.form.read_back import shown
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.store import Transaction

REASON_STEP = "reason"
"""The question of a proxy's definition that says why the other does not come."""

JPEG = "image/jpeg"


def submit(visit: Visit, ports: VisitPorts, request_id: str) -> ServiceRequest:
    """Accept the request of the visit's form.

    Raises:
        StorageFull, StorageBusy, StorageDamaged: nothing was written, nothing was promised.
        FlowError: the form is not complete.
    """
    form = visit.form
    if form is None or visit.citizen_id is None or not form.is_complete():
        raise FlowError("the form is not complete")
    person, number, other = visit.resident, visit.citizen_id, None
    payload = form.payload()
    beneficiary = _beneficiary(form, ports)
    if beneficiary is not None:
        other = ports.find_resident.find(beneficiary)
        if other is None:
            # Never the proxy's own request: the centre would certify the wrong person.
            payload["proxy"] = {"resident_id": person.resident_id if person else ""}
            person, number = None, beneficiary
    return ports.submit_request.submit(
        request_id,
        form.definition,
        person,
        number,
        visit.evidence,
        payload,
        answers=dict(form.given),
        attachments=tuple(_attachments(form, visit)),
        corrects=visit.correcting,
        on_behalf_of=other,
        proxy_reason=_reason(form, visit, ports) if beneficiary is not None else "",
        also=_draft_goes(visit, ports),
    )


def _beneficiary(form: Form, ports: VisitPorts) -> CitizenId | None:
    """Whom the request is about when somebody else makes it; None when it is about the visitor."""
    step_id = form.definition.on_behalf_of
    number = form.lookup(step_id) if step_id else None
    return ports.find_resident.parse(number) if isinstance(number, str) else None


def _reason(form: Form, visit: Visit, ports: VisitPorts) -> str:
    entry = next((one for one in form.entries if one.question.id == REASON_STEP), None)
    if entry is None or not isinstance(entry.question, ChoiceQuestion):
        return ""
    return shown(entry.question, entry.value, form, Place(REASON_STEP), form_facts(visit, ports))


def _attachments(form: Form, visit: Visit) -> Iterator[Attachment]:
    """The pictures that the answers name, each once."""
    seen: set[str] = set()
    for entry in form.entries:
        for digest in _digests(entry.value):
            content = visit.attachments.get(digest)
            if content is not None and digest not in seen:
                seen.add(digest)
                yield Attachment(entry.question.id, JPEG, content)


def _digests(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        if "sha256" in value:
            yield str(value["sha256"])
        for part in value.values():
            yield from _digests(part)
    elif isinstance(value, list):
        for part in value:
            yield from _digests(part)


def _draft_goes(visit: Visit, ports: VisitPorts) -> Callable[[Transaction], None]:
    owner = visit.draft_owner or card_owner(visit)
    if ports.drafts is None or owner is None or visit.form is None:
        return _nothing
    return ports.drafts.dropping(owner, visit.form.definition.id)


def _nothing(_transaction: Transaction) -> None:
    """There is no draft."""


def submit_enquiry(visit: Visit, ports: VisitPorts, request_id: str) -> ServiceRequest:
    """Ask the centre what the roster does not say.

    Raises:
        StorageFull, StorageBusy, StorageDamaged: nothing was written, nothing was promised.
        FlowError: there is nobody to answer to.
    """
    if visit.service is None or visit.citizen_id is None:
        raise FlowError("nothing to ask")
    answers: Any = visit.form.payload()["answers"] if visit.form is not None else {}
    return ports.submit_request.submit(
        request_id,
        visit.service,
        visit.resident,
        visit.citizen_id,
        visit.evidence,
        {"ask": visit.service.answer, "answers": answers},
    )
