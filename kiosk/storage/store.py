"""The ``Store`` of the use cases on the encrypted database."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from kiosk.clock import Clock
from kiosk.domain.consent import BiometricConsent, ConsentKind
from kiosk.services.store import AuditEntry
from kiosk.services.template_seal import NoTemplateSeal, TemplateSeal
from kiosk.storage import clock_mark
from kiosk.storage.attachments import SqliteAttachments
from kiosk.storage.audit_log import append_audit
from kiosk.storage.consents import add_consent, newest_consent
from kiosk.storage.database import RESERVE_BYTES, free_bytes, kiosk_errors
from kiosk.storage.drafts import SqliteDrafts
from kiosk.storage.exemptions import SqliteExemptions
from kiosk.storage.face_templates import SqliteFaceTemplates
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.print_jobs import SqlitePrintJobs
from kiosk.storage.receipt_blocks import take_number
from kiosk.storage.requests import SqliteRequests
from kiosk.storage.residents import SqliteResidents
from kiosk.storage.score_log import SqliteScoreLog
from kiosk.storage.staff import SqliteAttempts, SqliteStaff
from kiosk.storage.voice_templates import SqliteVoiceTemplates
from sync.events import AttachmentRef, OutboxEvent
from sync.sqlcipher import EncryptedDatabase
from sync.sqlite_outbox import SqliteOutbox


@dataclass(frozen=True, slots=True)
class SqliteTransaction:
    """Repositories that share one open transaction."""

    database: Database
    outbox: SqliteOutbox
    clock: Clock
    seal: TemplateSeal = field(default_factory=NoTemplateSeal)

    @property
    def requests(self) -> SqliteRequests:
        """Service requests."""
        return SqliteRequests(self.database)

    @property
    def attachments(self) -> SqliteAttachments:
        """Files of requests."""
        return SqliteAttachments(self.database)

    @property
    def templates(self) -> SqliteFaceTemplates:
        """Face templates."""
        return SqliteFaceTemplates(self.database, self.seal)

    @property
    def voices(self) -> SqliteVoiceTemplates:
        """Voice templates."""
        return SqliteVoiceTemplates(self.database, self.seal)

    @property
    def residents(self) -> SqliteResidents:
        """The roster."""
        return SqliteResidents(self.database)

    @property
    def drafts(self) -> SqliteDrafts:
        """Drafts and the definitions that they pin."""
        return SqliteDrafts(self.database)

    @property
    def score_log(self) -> SqliteScoreLog:
        """What face checks scored, without whose they were."""
        return SqliteScoreLog(self.database)

    @property
    def print_jobs(self) -> SqlitePrintJobs:
        """Papers that wait for the printer."""
        return SqlitePrintJobs(self.database)

    @property
    def staff(self) -> SqliteStaff:
        """Who of the staff may sign in here."""
        return SqliteStaff(self.database)

    @property
    def attempts(self) -> SqliteAttempts:
        """Counts of what may not be tried endlessly."""
        return SqliteAttempts(self.database)

    @property
    def exemptions(self) -> SqliteExemptions:
        """Who is never asked for face or voice."""
        return SqliteExemptions(self.database)

    def next_receipt_counter(self) -> int:
        """Take the next number; the transaction's roll-back gives it back, a commit never does."""
        taken = take_number(self.database)
        if taken.emergency is not None:
            first, last = taken.emergency
            self.audit(AuditEntry("receipt.emergency_block", "", {"first": first, "last": last}))
        return taken.number

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
        """Queue an event for the centre in this transaction."""
        event = OutboxEvent(
            id=event_id,
            subject=subject,
            kind=kind,
            schema_version=schema_version,
            payload=payload,
            priority=priority,
            attachments=tuple(attachments),
        )
        self.outbox.append(self.database, event)

    def audit(self, entry: AuditEntry) -> None:
        """Append to the hash-chained audit log."""
        append_audit(self.database, entry, self.clock.now())

    def latest_moment(self) -> datetime | None:
        """The latest time ever seen here; None on a new kiosk."""
        return clock_mark.latest_moment(self.database)

    def note_device_moment(self, at: datetime) -> None:
        """Remember where this machine's clock stood."""
        clock_mark.note_device_moment(self.database, at)

    def note_centre_moment(self, at: datetime) -> None:
        """Remember the time that the centre has just signed."""
        clock_mark.note_centre_moment(self.database, at)

    def newest_consent(
        self, resident_id: str, kind: ConsentKind = ConsentKind.FACE
    ) -> BiometricConsent | None:
        """A resident's newest own answer to a consent page."""
        return newest_consent(self.database, resident_id, kind)

    def record_consent(self, consent: BiometricConsent) -> None:
        """Store an answer to the consent page."""
        add_consent(self.database, consent)


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """One encrypted file for business rows, queue and audit, so that they commit together."""

    encrypted: EncryptedDatabase
    outbox: SqliteOutbox
    clock: Clock
    reserve_bytes: int = RESERVE_BYTES
    seal: TemplateSeal = field(default_factory=NoTemplateSeal)
    """Opens and closes templates with the keys of this machine."""

    @contextlib.contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """One BEGIN IMMEDIATE transaction.

        Raises:
            StorageFull, StorageBusy, StorageDamaged, StorageError.
        """
        with kiosk_errors(), self.encrypted.transaction() as database:
            yield SqliteTransaction(database, self.outbox, self.clock, self.seal)

    def has_room(self) -> bool:
        """Whether at least the reserve is free where the database lies; ballast that was given up comes back."""
        free = free_bytes(self.encrypted.folder)
        if isinstance(self.encrypted, KioskDatabase) and self.encrypted.keeps_ballast:
            self.encrypted.ballast.keep(free, self.reserve_bytes)
        return free >= self.reserve_bytes
