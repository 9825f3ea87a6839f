"""Use case: enrol a resident's face from pictures that staff took with consent."""

from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.domain.consent import FACE_CHECK_NOTICE_VERSION, BiometricConsent
from kiosk.domain.resident import Resident
from kiosk.services.ports import FaceEngine, Frame
from kiosk.services.store import AuditEntry, Store


@dataclass(frozen=True, slots=True)
class EnrolResident:
    """Make a template and store it with the consent it rests on; the pictures are not kept."""

    store: Store
    engine: FaceEngine
    clock: Clock

    def enrol(self, resident: Resident, frames: tuple[Frame, ...]) -> None:
        """Enrol from one to five pictures of one person.

        Raises:
            FaceNotUsable: a picture has no face, several, or a poor one; nothing is stored.
            StorageError.
        """
        template = self.engine.enrol(frames)
        now = self.clock.now()
        with self.store.transaction() as transaction:
            transaction.record_consent(
                BiometricConsent(
                    resident.resident_id, True, FACE_CHECK_NOTICE_VERSION, now, is_enrolment=True
                )
            )
            transaction.templates.put(resident.resident_id, template, now)
            transaction.audit(
                AuditEntry(
                    "face.enrolled",
                    resident.resident_id,
                    {"engine": template.engine_id, "pictures": len(template.vectors)},
                )
            )
