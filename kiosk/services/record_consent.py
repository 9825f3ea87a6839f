"""Use case: record the answer to a consent page."""

from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.domain.consent import BiometricConsent, ConsentKind, notice_version
from kiosk.domain.resident import Resident
from kiosk.services.store import AuditEntry, Store


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Write the answer and its audit entry together."""

    store: Store
    clock: Clock
    kind: ConsentKind = ConsentKind.FACE

    def record(self, resident: Resident, *, is_granted: bool) -> None:
        """Store one answer.

        Raises:
            StorageError.
        """
        version = notice_version(self.kind)
        consent = BiometricConsent(
            resident.resident_id, is_granted, version, self.clock.now(), kind=self.kind
        )
        with self.store.transaction() as transaction:
            transaction.record_consent(consent)
            transaction.audit(
                AuditEntry(
                    kind="consent.granted" if is_granted else "consent.refused",
                    subject=resident.resident_id,
                    details={"notice_version": version, "of": self.kind.value},
                )
            )

    def is_on_file(self, resident: Resident) -> bool:
        """Whether the resident agreed before and need not be asked again; a refusal since then counts.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            newest = transaction.newest_consent(resident.resident_id, self.kind)
        return newest is not None and newest.is_on_file(self.clock.now())
