"""Use case: accept a request, which is a promise."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.clock import Clock
from kiosk.domain.attachment import Attachment
from kiosk.domain.catalogue import ServiceDefinition
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_outcome import Wanted, outcome_of
from kiosk.domain.identity_policy import Evidence
from kiosk.domain.json_values import JsonValue
from kiosk.domain.receipt import format_receipt_number
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import StorageFull
from kiosk.services.request_payload import Applicant, request_payload
from kiosk.services.store import AuditEntry, RequestForm, Store, Transaction
from sync.canonical import canonical_json
from sync.events import AttachmentRef

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
        *,
        answers: Mapping[str, JsonValue] | None = None,
        attachments: Sequence[Attachment] = (),
        corrects: ServiceRequest | None = None,
        on_behalf_of: Resident | None = None,
        proxy_reason: str = "",
        also: Callable[[Transaction], None] = lambda _transaction: None,
    ) -> ServiceRequest:
        """Accept one request; repeating it with the same id gives the request that was accepted before.

        Args:
            request_id: UUIDv7, made when the person began to review: a second touch, or a retry after a failure
                behind the commit, must not make a second request.
            service: pinned by version and digest.
            resident: the person at the kiosk; None when the roster does not know them.
            citizen_id: of the person at the kiosk; travels only when ``resident`` is None.
            evidence: what the person at the kiosk proved.
            form: what the centre is told, JSON without floats.
            answers: by question, kept here until the centre has decided: a correction opens with them.
            attachments: files that ``form`` names by their SHA-256; kept as long as the answers.
            corrects: the request whose fault this one mends. Of its files, those that ``form`` names come along.
            on_behalf_of: whom it is for, when that is somebody else. The request is then theirs, and a person at the
                centre decides.
            proxy_reason: why they do not come themselves.
            also: written in the same transaction: the draft that became this request goes with its acceptance.
        Returns:
            the request as committed; nobody sees a receipt before this returns.
        Raises:
            StorageFull, StorageBusy, StorageDamaged: nothing was written, nothing was promised.
            AttachmentRefused: the same, for a file that cannot be kept.
        """
        applicant = Applicant(
            resident, citizen_id, evidence, on_behalf_of, proxy_reason, Wanted.of(service)
        )
        has_room = self.store.has_room()
        with self.store.transaction() as transaction:
            before = transaction.requests.get(request_id)
            if before is not None:
                # Also on a full disk: what was promised stays promised.
                return before
            if not has_room:
                raise StorageFull("less than the reserve is free")
            counter = transaction.next_receipt_counter()
            request = self._new_request(request_id, service, applicant, counter, corrects)
            transaction.requests.add(request)
            _keep(transaction, request, service, answers, attachments)
            _close_corrected(transaction, request, form)
            # Behind the files: the event tells the centre how to open them. Most requests have none to ask for.
            may_have_files = bool(attachments or corrects)
            files = transaction.attachments.refs(request_id) if may_have_files else ()
            self._append_event(transaction, request, service.priority, applicant, form, files)
            also(transaction)
            transaction.note_device_moment(request.accepted_at)
            transaction.audit(_accepted(request, applicant))
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
        applicant: Applicant,
        counter: int,
        corrects: ServiceRequest | None,
    ) -> ServiceRequest:
        person, evidence = applicant.beneficiary, applicant.evidence
        has_few_proofs = (
            evidence.weight < service.required_factors
            or evidence.assurance < service.assurance
            or bool(evidence.refused_by)
        )
        return ServiceRequest(
            request_id=request_id,
            resident_id=person.resident_id if person else "",
            service_id=service.id,
            service_version=service.version,
            service_digest=service.digest,
            receipt_number=format_receipt_number(self.receipt_prefix, counter),
            accepted_at=self.clock.now(),
            assurance=evidence.assurance,
            is_provisional=person is None or applicant.is_proxy or has_few_proofs,
            corrects=corrects.request_id if corrects else "",
        )

    def _append_event(
        self,
        transaction: Transaction,
        request: ServiceRequest,
        priority: int,
        applicant: Applicant,
        form: dict[str, object],
        files: Sequence[AttachmentRef],
    ) -> None:
        transaction.append_event(
            event_id=request.request_id,
            subject=request.resident_id or self.subject_of_unlisted(applicant.citizen_id),
            kind=EVENT_KIND,
            schema_version=EVENT_SCHEMA_VERSION,
            priority=priority,
            payload=request_payload(request, applicant, form),
            attachments=files,
        )


def _keep(
    transaction: Transaction,
    request: ServiceRequest,
    service: ServiceDefinition,
    answers: Mapping[str, JsonValue] | None,
    attachments: Sequence[Attachment],
) -> None:
    """Keep what a correction opens with: the answers, the questions as they were, the files."""
    if answers is not None:
        transaction.drafts.keep_definition(service)
        form = RequestForm(service.digest, answers)
        transaction.requests.save_form(request.request_id, form)
    for attachment in attachments:
        transaction.attachments.add(request.request_id, attachment, request.accepted_at)


def _close_corrected(
    transaction: Transaction, request: ServiceRequest, form: dict[str, object]
) -> None:
    """Take the corrected request out of what waits, and hand its files on."""
    before = transaction.requests.get(request.corrects) if request.corrects else None
    if before is None or not before.needs_correction:
        # Decided meanwhile, or corrected already: the resident is not sent away, the centre's staff see to it.
        return
    transaction.requests.update(replace(before, corrected_by=request.request_id))
    named = canonical_json(form).decode("utf-8")
    for attachment in transaction.attachments.of(before.request_id):
        if attachment.sha256 in named:
            transaction.attachments.add(request.request_id, attachment, request.accepted_at)
    transaction.attachments.erase(before.request_id)
    transaction.requests.erase_form(before.request_id)
    transaction.audit(
        AuditEntry(
            "request.corrected",
            before.request_id,
            {"receipt": before.receipt_number, "by": request.receipt_number},
        )
    )


def _accepted(request: ServiceRequest, applicant: Applicant) -> AuditEntry:
    evidence = applicant.evidence
    details: dict[str, str | int | bool | None] = {
        "service": request.service_id,
        "receipt": request.receipt_number,
        "assurance": int(request.assurance),
        "is_provisional": request.is_provisional,
        "is_proxy": applicant.is_proxy,
        "outcome": outcome_of(evidence, applicant.wanted).value,
    }
    if evidence.attestation is not None:
        details["attested_by"] = " ".join(evidence.attestation.staff)
    return AuditEntry("request.accepted", request.request_id, details)
