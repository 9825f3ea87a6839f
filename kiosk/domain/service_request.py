"""A resident's request and the three states that are never confused: accepted, delivered, decided."""

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from kiosk.domain.identity_policy import Assurance, Evidence


class RequestState(enum.Enum):
    """Where a request is."""

    ACCEPTED = "accepted"
    """受理: stored here, promised by a receipt."""
    DELIVERED = "delivered"
    """送达: the centre has signed that it has it."""
    DECIDED = "decided"
    """办结."""
    NEEDS_CORRECTION = "needs_correction"
    """需补正: the centre asks for a correction."""


_NEXT = {
    RequestState.ACCEPTED: {
        RequestState.DELIVERED,
        RequestState.DECIDED,
        RequestState.NEEDS_CORRECTION,
    },
    RequestState.DELIVERED: {RequestState.DECIDED, RequestState.NEEDS_CORRECTION},
    # The centre may ask for something else than before.
    RequestState.NEEDS_CORRECTION: {RequestState.DECIDED, RequestState.NEEDS_CORRECTION},
    RequestState.DECIDED: set(),
}


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One request; ``request_id`` is the event's id and the idempotency key on every path."""

    request_id: str
    resident_id: str
    """The centre's id, or "" for a person whom the roster does not know yet."""
    service_id: str
    service_version: int
    service_digest: str
    receipt_number: str
    accepted_at: datetime
    """Aware, UTC."""
    assurance: Assurance
    is_provisional: bool
    """Fewer proofs than the service asks for: a person decides."""
    state: RequestState = RequestState.ACCEPTED
    delivered_at: datetime | None = None
    decided_at: datetime | None = None
    decision_code: str = ""
    decision_text: str = ""
    decision_fields: tuple[str, ...] = ()
    """The form's questions that the centre finds at fault; empty when it names none."""
    corrects: str = ""
    """Id of the earlier request whose fault this one mends."""
    corrected_by: str = ""
    """Id of the later request that mends this one."""

    @property
    def needs_correction(self) -> bool:
        """Whether the centre asked for a correction and none was made yet."""
        return self.state is RequestState.NEEDS_CORRECTION and not self.corrected_by

    def delivered(self, at: datetime) -> "ServiceRequest":
        """Move to delivered; a later state stays, because answers may come twice or out of order."""
        if RequestState.DELIVERED not in _NEXT[self.state]:
            return self if self.delivered_at else replace(self, delivered_at=at)
        return replace(self, state=RequestState.DELIVERED, delivered_at=at)

    def decided(
        self,
        state: RequestState,
        code: str,
        text: str,
        at: datetime,
        fields: tuple[str, ...] = (),
    ) -> "ServiceRequest":
        """Move to the centre's decision; a decision that is already final stays."""
        if state not in _NEXT[self.state]:
            return self
        return replace(
            self,
            state=state,
            decision_code=code,
            decision_text=text,
            decision_fields=fields,
            decided_at=at,
            delivered_at=self.delivered_at or at,
        )


def evidence_record(evidence: Evidence) -> dict[str, object]:
    """What the centre is told about the identity check: which proofs, never an image or an embedding."""
    record: dict[str, object] = {"factors": sorted(factor.value for factor in evidence.factors)}
    if evidence.face_score is not None:
        # Wire numbers are integers: canonical JSON has no floats.
        record["face"] = {
            "engine": evidence.face_engine,
            "score_millionths": round(evidence.face_score * 1_000_000),
            "threshold_millionths": round((evidence.face_threshold or 0.0) * 1_000_000),
        }
    return record
