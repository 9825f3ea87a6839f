"""Use case: move a request's state by the centre's signed answers."""

from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.service_request import RequestState
from kiosk.services.store import AuditEntry, Transaction


@dataclass(frozen=True, slots=True)
class SettleDelivery:
    """Apply answers inside the transaction that changes the outbox, so that both move or neither does."""

    def delivered(self, transaction: Transaction, event_id: str, answer: str, at: datetime) -> None:
        """The centre has the event (applied, or it had it already). Repeating changes nothing.

        Args:
            answer: ``applied`` or ``duplicate``, for the audit log.
        """
        request = transaction.requests.get(event_id)
        if request is None:
            return
        moved = request.delivered(at)
        if moved != request:
            transaction.requests.update(moved)
            transaction.audit(
                AuditEntry(
                    "request.delivered",
                    event_id,
                    {"receipt": request.receipt_number, "answer": answer},
                )
            )

    def refused(self, transaction: Transaction, event_id: str, problem: str) -> None:
        """The centre refuses the event itself: it is parked for staff; the resident's request stays visible."""
        request = transaction.requests.get(event_id)
        if request is not None:
            details: dict[str, str | int | bool | None] = {
                "receipt": request.receipt_number,
                "problem": problem[:80],
            }
            transaction.audit(AuditEntry("request.parked", event_id, details))

    def gone(self, transaction: Transaction, event_id: str) -> None:
        """The centre had the event and has erased it: what was kept here for a correction goes too."""
        if transaction.requests.get(event_id) is not None:
            transaction.requests.erase_form(event_id)
            transaction.attachments.erase(event_id)

    def decided(
        self,
        transaction: Transaction,
        event_id: str,
        *,
        needs_correction: bool,
        code: str,
        text: str,
        at: datetime,
        fields: tuple[str, ...] = (),
    ) -> None:
        """The centre has decided. Repeating changes nothing.

        Args:
            fields: the form's questions at fault, where a correction is asked for.
        """
        request = transaction.requests.get(event_id)
        if request is None:
            return
        state = RequestState.NEEDS_CORRECTION if needs_correction else RequestState.DECIDED
        moved = request.decided(state, code, text, at, fields)
        if moved != request:
            transaction.requests.update(moved)
            if state is RequestState.DECIDED:
                # Kept for a correction only; nobody can need it any more.
                transaction.requests.erase_form(event_id)
                transaction.attachments.erase(event_id)
            transaction.audit(
                AuditEntry(f"request.{state.value}", event_id, {"receipt": request.receipt_number})
            )
