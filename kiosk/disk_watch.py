"""What a kiosk at work does for its disk: ballast, a second copy of the queue, and word to staff and centre."""

import hashlib
import logging
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from kiosk.errors import StorageError
from kiosk.services.store import AuditEntry
from kiosk.storage.database import kiosk_errors
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.quarantine import RecoveryReport, reports, unseen
from kiosk.storage.store import SqliteStore
from sync.device_alarm import ALARM_KIND, ALARM_SCHEMA
from sync.errors import RejectedItem
from sync.events import OutboxEvent
from sync.sqlite_outbox import SqliteOutbox

_log = logging.getLogger(__name__)

_ALARM_PRIORITY = 2
_NAMED = 50
"""Receipts and ranges that an alarm names; the report on the machine names all."""

REPAIRED, FULL = "status.database_repaired", "status.disk_full"
"""Ids of the texts that the status strip shows."""


@dataclass(frozen=True, slots=True)
class DiskWatch:
    """Of one running kiosk."""

    encrypted: KioskDatabase
    store: SqliteStore
    outbox: SqliteOutbox

    @property
    def _state_dir(self) -> Path:
        return self.encrypted.path.parent

    def settle(self) -> None:
        """After the start, when nobody waits: make the ballast, copy the queue, tell the centre of repairs.

        Raises:
            StorageError.
        """
        self.encrypted.keeps_ballast = True
        self.store.has_room()
        self.copy_queue()
        for report in reports(self._state_dir):
            self._tell_centre(report)

    def copy_queue(self) -> int:
        """Write the second copy of what waits; how many events that is.

        Raises:
            StorageError: it cannot be written; the copy before stands.
        """
        with kiosk_errors(self._state_dir), self.encrypted.reading() as database:
            return self.encrypted.queue_copy.keep(database)

    def alarm(self) -> str:
        """The text id of what staff should look at now; empty when all is well."""
        try:
            if not self.store.has_room():
                return FULL
        except StorageError:
            return FULL
        return REPAIRED if unseen(self._state_dir) else ""

    def _tell_centre(self, report: RecoveryReport) -> None:
        event = OutboxEvent(
            id=_event_id(self.outbox.device_id, report),
            subject=f"device-{self.outbox.device_id}",
            kind=ALARM_KIND,
            schema_version=ALARM_SCHEMA,
            payload=_payload(report),
            priority=_ALARM_PRIORITY,
        )
        try:
            with self.store.transaction() as transaction:
                self.outbox.append(transaction.database, event)
                transaction.audit(AuditEntry("storage.alarm_queued", report.folder, {}))
        except RejectedItem:
            return  # told before: the id is the report's
        _log.warning("alarm queued for the centre folder=%s", report.folder)


def _payload(report: RecoveryReport) -> dict[str, object]:
    plain = asdict(report)
    named = ("lost_receipts", "missing_receipts", "skipped_seqs")
    wanted = ("at", "reason", "pages", "damaged_pages", "waiting", "from_copies", "lost_audit")
    payload: dict[str, object] = {name: plain[name] for name in wanted}
    for name in named:
        payload[name] = list(plain[name])[:_NAMED]
    return {"alarm": "storage", "lost": len(report.lost_receipts), **payload}


def _event_id(device: str, report: RecoveryReport) -> str:
    """The same at every start, so that one repair is told once; in the form of a UUIDv7."""
    digest = bytearray(hashlib.sha256(f"{device}|{report.folder}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))
