"""Use case: record the answer to the consent page."""

from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.domain.consent import FACE_CHECK_NOTICE_VERSION, FaceCheckConsent
from kiosk.domain.resident import Resident
from kiosk.services.store import AuditEntry, Store


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Write the answer and its audit entry together."""

    store: Store
    clock: Clock

    def record(self, resident: Resident, *, is_granted: bool) -> None:
        """Store one answer.

        Raises:
            StorageError.
        """
        consent = FaceCheckConsent(
            resident.resident_id, is_granted, FACE_CHECK_NOTICE_VERSION, self.clock.now()
        )
        with self.store.transaction() as transaction:
            transaction.record_consent(consent)
            transaction.audit(
                AuditEntry(
                    kind="consent.granted" if is_granted else "consent.refused",
                    subject=resident.resident_id,
                    details={"notice_version": FACE_CHECK_NOTICE_VERSION},
                )
            )

    def is_on_file(self, resident: Resident) -> bool:
        """Whether the resident agreed before and need not be asked again; a refusal since then counts.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            newest = transaction.newest_consent(resident.resident_id)
        return newest is not None and newest.is_on_file(self.clock.now())
