"""Use case: what staff say of the person before them, in the audit log before it counts."""

from dataclasses import dataclass
from datetime import datetime

from kiosk.clock import Clock
from kiosk.domain.attestation import Attestation, Missing
from kiosk.services.store import AuditEntry, Store


@dataclass(frozen=True, slots=True)
class Attest:
    """Writes down who answered for whom, and for what."""

    store: Store
    clock: Clock

    def is_the_person(
        self,
        resident_id: str,
        service_id: str,
        staff: str,
        before: Attestation | None,
        missing: tuple[Missing, ...],
    ) -> Attestation:
        """One more staff member answers for the person.

        Args:
            service_id: empty for the enquiry of progress.
            before: by another staff member in the same visit.
            missing: why the proofs do not suffice.
        Raises:
            StorageError: nothing was said.
        """
        now = self.clock.now()
        made = (
            before.joined(staff, now) if before is not None else Attestation((staff,), now, missing)
        )
        self._audit("identity.attested", resident_id, service_id, staff, number=len(made.staff))
        return made

    def is_somebody_else(self, resident_id: str, service_id: str, staff: str) -> datetime:
        """A staff member says that this is not the person; when that was.

        Raises:
            StorageError: nothing was said.
        """
        self._audit("identity.refused", resident_id, service_id, staff)
        return self.clock.now()

    def _audit(self, kind: str, resident_id: str, service_id: str, staff: str, **more: int) -> None:
        details: dict[str, str | int | bool | None] = {
            "service": service_id,
            "staff": staff,
            **more,
        }
        with self.store.transaction() as transaction:
            transaction.audit(AuditEntry(kind, resident_id, details))
