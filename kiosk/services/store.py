"""What the use cases need from the local database. ``kiosk.storage`` implements it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from kiosk.domain.attachment import Attachment
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.consent import BiometricConsent, ConsentKind
from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.json_values import JsonValue
from kiosk.domain.logged_score import LoggedScore
from kiosk.domain.print_job import PrintJob, PrintJobState
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import ServiceRequest
from kiosk.services.limit_rows import Attempts, Exemptions, StaffRows
from kiosk.services.template_store import FaceTemplates, VoiceTemplates
from sync.events import AttachmentRef


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What staff answer for: an action, never its personal content."""

    kind: str
    """Such as ``request.accepted``."""
    subject: str
    """A request id or the centre's resident id."""
    details: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, repr=False)
class RequestForm:
    """What a resident answered; personal data, so its ``repr`` shows none of it."""

    definition_digest: str
    """Of the service definition whose questions these are."""
    answers: Mapping[str, JsonValue]
    """By question."""

    def __repr__(self) -> str:
        return f"RequestForm({self.definition_digest[:8]})"


class Residents(Protocol):
    """The roster snapshot."""

    def find(self, citizen_id: CitizenId) -> Resident | None:
        """The resident of that number, or None."""

    def get(self, resident_id: str) -> Resident | None:
        """The resident of that id of the centre's, or None."""

    def count(self) -> int:
        """How many residents the snapshot holds."""

    def as_of(self) -> datetime | None:
        """When the centre made the newest delta; None before the first."""


class Requests(Protocol):
    """The requests that this kiosk accepted."""

    def add(self, request: ServiceRequest) -> None:
        """Store a new request."""

    def update(self, request: ServiceRequest) -> None:
        """Store a request's new state."""

    def get(self, request_id: str) -> ServiceRequest | None:
        """One request by id."""

    def newest_of(self, resident_id: str, limit: int) -> tuple[ServiceRequest, ...]:
        """A resident's requests, newest first; one that was corrected is left out, its correction stands for it."""

    def newest(self, limit: int) -> tuple[ServiceRequest, ...]:
        """Everybody's requests, newest first."""

    def needing_correction(self, resident_id: str) -> tuple[ServiceRequest, ...]:
        """A resident's requests that wait for a correction, longest waiting first; none for an empty id."""

    def all_needing_correction(self) -> tuple[ServiceRequest, ...]:
        """Everybody's requests that wait for a correction, longest waiting first."""

    def save_form(self, request_id: str, form: RequestForm) -> None:
        """Keep the answers of a request until it is decided."""

    def form_of(self, request_id: str) -> RequestForm | None:
        """The answers of a request, or None when they are not kept."""

    def erase_form(self, request_id: str) -> None:
        """Forget the answers of a request."""


class Attachments(Protocol):
    """Files of requests."""

    def add(self, request_id: str, attachment: Attachment, at: datetime) -> None:
        """Keep a file; the same file for the same question twice is one.

        Raises:
            AttachmentRefused: empty, too large, or one more than a request may have.
        """

    def of(self, request_id: str) -> tuple[Attachment, ...]:
        """The files of a request, in the order in which they came."""

    def refs(self, request_id: str) -> tuple[AttachmentRef, ...]:
        """What the centre must know to open the files of a request, each file once, in the order in which they came."""

    def erase(self, request_id: str) -> None:
        """Forget the files of a request."""


class DraftRows(Protocol):
    """Sealed drafts by the tag of their owner, and the definitions that they pin."""

    def put(
        self, tag: str, definition: ServiceDefinition, sealed: bytes, expires_at: datetime
    ) -> None:
        """Store or replace one draft and keep its definition."""

    def of(self, tag: str, now: datetime) -> list[tuple[str, bytes]]:
        """Service id and sealed bytes of an owner's drafts, newest first."""

    def erase(self, tag: str, service_id: str) -> bool:
        """Delete one draft with its pictures; whether there was one."""

    def purge(self, now: datetime) -> int:
        """Delete what has expired; how many drafts that were."""

    def photo_ids(self, tag: str, service_id: str) -> set[str]:
        """Which pictures are kept."""

    def photos(self, tag: str, service_id: str) -> Mapping[str, bytes]:
        """The sealed pictures of a draft."""

    def put_photo(self, tag: str, service_id: str, digest: str, sealed: bytes) -> None:
        """Store one picture."""

    def erase_photo(self, tag: str, service_id: str, digest: str) -> None:
        """Delete one picture."""

    def keep_definition(self, definition: ServiceDefinition) -> None:
        """Keep a definition's text for as long as it is needed."""

    def definitions(self) -> tuple[tuple[str, str], ...]:
        """Name and text of every kept definition."""


class PrintJobs(Protocol):
    """Papers that wait for the printer; what they say is erased as soon as it is not needed."""

    def add(self, job: PrintJob) -> None:
        """Store a job; nothing happens when there is one of this id, whatever became of it."""

    def next_waiting(self) -> PrintJob | None:
        """The oldest job that waits."""

    def begin_attempt(self, job_id: str) -> None:
        """Note before anything is sent that the paper may come out from now on."""

    def wait_again(self, job_id: str, error_code: str, *, may_be_out: bool) -> None:
        """An attempt failed; the job stays for another."""

    def end(self, job_id: str, state: PrintJobState, error_code: str = "") -> None:
        """Printed, or given up: erase what it says."""

    def expire(self, now: datetime, keep: timedelta) -> int:
        """Erase what has waited too long; how many those were."""

    def state_of(self, job_id: str) -> PrintJobState | None:
        """How far a job is; None when there is none."""


class ScoreLog(Protocol):
    """What face checks scored, without whose they were."""

    def add(self, line: LoggedScore) -> None:
        """Keep a line."""

    def all(self) -> tuple[LoggedScore, ...]:
        """Every line, by day and in no other order."""

    def prune(self, before: date, most: int) -> int:
        """Delete lines of days before this one, and the oldest days' above the number; how many."""


class Transaction(Protocol):
    """Everything that is committed together or not at all."""

    @property
    def requests(self) -> Requests:
        """Service requests."""

    @property
    def attachments(self) -> Attachments:
        """Files of requests."""

    @property
    def templates(self) -> FaceTemplates:
        """Face templates."""

    @property
    def voices(self) -> VoiceTemplates:
        """Voice templates."""

    @property
    def residents(self) -> Residents:
        """The roster."""

    @property
    def drafts(self) -> DraftRows:
        """Drafts and the definitions that they pin."""

    @property
    def score_log(self) -> ScoreLog:
        """What face checks scored, without whose they were."""

    @property
    def print_jobs(self) -> PrintJobs:
        """Papers that wait for the printer."""

    @property
    def staff(self) -> StaffRows:
        """Who of the staff may sign in here."""

    @property
    def attempts(self) -> Attempts:
        """Counts of what may not be tried endlessly."""

    @property
    def exemptions(self) -> Exemptions:
        """Who is never asked for face or voice."""

    def next_receipt_counter(self) -> int:
        """Take the next number; never given twice, also not after a roll-back of the clock.

        It never runs out: when the centre's blocks are used up, a block of the kiosk's own is made and audited.
        """

    def append_event(
        self,
        *,
        event_id: str,
        subject: str,
        kind: str,
        schema_version: int,
        priority: int,
        payload: dict[str, object],
        attachments: Sequence[AttachmentRef] = (),
    ) -> None:
        """Queue an event for the centre; its bytes are fixed now.

        Args:
            attachments: its files, which are kept already and travel after it.
        """

    def audit(self, entry: AuditEntry) -> None:
        """Append to the hash-chained audit log."""

    def latest_moment(self) -> datetime | None:
        """The latest time ever seen here; None on a new kiosk."""

    def note_device_moment(self, at: datetime) -> None:
        """Remember where this machine's clock stood."""

    def note_centre_moment(self, at: datetime) -> None:
        """Remember the time that the centre has just signed."""

    def newest_consent(
        self, resident_id: str, kind: ConsentKind = ConsentKind.FACE
    ) -> BiometricConsent | None:
        """A resident's newest own answer to a consent page."""

    def record_consent(self, consent: BiometricConsent) -> None:
        """Store an answer to the consent page."""


class Store(Protocol):
    """The local database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One write transaction, fsynced at commit.

        Raises:
            StorageFull, StorageBusy, StorageDamaged.
        """

    def has_room(self) -> bool:
        """Whether enough disk is free to promise anything."""
