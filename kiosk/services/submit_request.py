"""Use case: accept a request, which is a promise."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence
from kiosk.domain.receipt import format_receipt_number
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest, evidence_record
from kiosk.errors import StorageFull
from kiosk.services.store import AuditEntry, Store, Transaction

_log = logging.getLogger(__name__)

EVENT_KIND = "service_request"
EVENT_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """Write request, outbox event and audit entry in one transaction; only then is there a receipt."""

    store: Store
    clock: Clock
    subject_of_unlisted: Callable[[CitizenId], str]
    """A stable pseudonym for a person whom the roster does not know, so that their events keep their order."""
    receipt_prefix: str
    on_accepted: Callable[[], None] = lambda: None
    """Called after the commit: the queue has something to send."""

    def submit(
        self,
        request_id: str,
        service: ServiceDefinition,
        resident: Resident | None,
        citizen_id: CitizenId,
        evidence: Evidence,
        form: dict[str, object],
    ) -> ServiceRequest:
        """Accept one request; repeating it with the same id gives the request that was accepted before.

        Args:
            request_id: UUIDv7, made when the person began to review: a second touch, or a retry after a failure
                behind the commit, must not make a second request.
            service: pinned by version and digest.
            resident: None for a person whom the roster does not know.
            citizen_id: travels only when ``resident`` is None.
            evidence: what was proved.
            form: answers, JSON without floats.
        Returns:
            the request as committed; nobody sees a receipt before this returns.
        Raises:
            StorageFull, StorageBusy, StorageDamaged: nothing was written, nothing was promised.
        """
        has_room = self.store.has_room()
        with self.store.transaction() as transaction:
            before = transaction.requests.get(request_id)
            if before is not None:
                # Also on a full disk: what was promised stays promised.
                return before
            if not has_room:
                raise StorageFull("less than the reserve is free")
            counter = transaction.next_receipt_counter()
            request = self._new_request(request_id, service, resident, evidence, counter)
            transaction.requests.add(request)
            self._append_event(transaction, request, service, citizen_id, evidence, form)
            transaction.audit(
                AuditEntry(
                    kind="request.accepted",
                    subject=request.request_id,
                    details={
                        "service": service.id,
                        "receipt": request.receipt_number,
                        "assurance": int(request.assurance),
                        "is_provisional": request.is_provisional,
                    },
                )
            )
        self._tell()
        return request

    def _tell(self) -> None:
        try:
            self.on_accepted()
        except Exception:  # noqa: BLE001 (the promise is kept; what fails behind it must not look like a refusal)
            _log.exception("after the acceptance")

    def _new_request(
        self,
        request_id: str,
        service: ServiceDefinition,
        resident: Resident | None,
        evidence: Evidence,
        counter: int,
    ) -> ServiceRequest:
        return ServiceRequest(
            request_id=request_id,
            resident_id=resident.resident_id if resident else "",
            service_id=service.id,
            service_version=service.version,
            service_digest=service.digest,
            receipt_number=format_receipt_number(self.receipt_prefix, counter),
            accepted_at=self.clock.now(),
            assurance=evidence.assurance,
            is_provisional=resident is None or len(evidence.factors) < service.required_factors,
        )

    def _append_event(
        self,
        transaction: Transaction,
        request: ServiceRequest,
        service: ServiceDefinition,
        citizen_id: CitizenId,
        evidence: Evidence,
        form: dict[str, object],
    ) -> None:
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
            "evidence": evidence_record(evidence),
            "form": form,
        }
        if not request.resident_id:
            # Least data: the number travels only when the centre could not know the person otherwise.
            payload["citizen_id"] = citizen_id.value
        transaction.append_event(
            event_id=request.request_id,
            subject=request.resident_id or self.subject_of_unlisted(citizen_id),
            kind=EVENT_KIND,
            schema_version=EVENT_SCHEMA_VERSION,
            priority=service.priority,
            payload=payload,
        )
