"""What a request tells the centre: as little of a person as the centre needs to know them."""

from dataclasses import dataclass, field

from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_outcome import Wanted, check_record
from kiosk.domain.identity_policy import Evidence
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest, evidence_record

MAXIMUM_REASON_CHARACTERS = 200
"""The centre's schema takes no more, and a longer one must not park the request."""


@dataclass(frozen=True, slots=True, repr=False)
class Applicant:
    """Who stands at the kiosk, and for whom."""

    resident: Resident | None
    """None for a person whom the roster does not know."""
    citizen_id: CitizenId
    evidence: Evidence
    """What the person at the kiosk proved, also when it is for another."""
    on_behalf_of: Resident | None = None
    proxy_reason: str = ""
    """Why the other does not come."""
    wanted: Wanted = field(default_factory=Wanted)
    """What the service wants of the person at the kiosk."""

    @property
    def is_proxy(self) -> bool:
        """Whether it is for somebody else."""
        other = self.on_behalf_of
        return other is not None and (
            self.resident is None or self.resident.resident_id != other.resident_id
        )

    @property
    def beneficiary(self) -> Resident | None:
        """Whom the request is about: its order and its effect are theirs."""
        return self.on_behalf_of or self.resident


def request_payload(
    request: ServiceRequest, applicant: Applicant, form: dict[str, object]
) -> dict[str, object]:
    """The event's payload, version 1; what is absent is empty."""
    payload: dict[str, object] = {
        "request_id": request.request_id,
        "service_id": request.service_id,
        "service_version": request.service_version,
        "service_digest": request.service_digest,
        "resident_id": request.resident_id,
        "receipt_number": request.receipt_number,
        "accepted_at": request.accepted_at.isoformat(timespec="milliseconds"),
        "assurance": int(request.assurance),
        "is_provisional": request.is_provisional,
        "evidence": evidence_record(applicant.evidence)
        | check_record(applicant.evidence, applicant.wanted),
        "form": form,
    }
    if not request.resident_id:
        # Least data: the number travels only when the centre could not know the person otherwise.
        payload["citizen_id"] = applicant.citizen_id.value
    if request.corrects:
        payload["corrects"] = request.corrects
    if applicant.is_proxy:
        payload["proxy"] = _proxy(applicant)
    return payload


def _proxy(applicant: Applicant) -> dict[str, object]:
    proxy: dict[str, object] = {
        "resident_id": applicant.resident.resident_id if applicant.resident else "",
        "reason": applicant.proxy_reason[:MAXIMUM_REASON_CHARACTERS],
    }
    if applicant.resident is None:
        proxy["citizen_id"] = applicant.citizen_id.value
    return proxy
