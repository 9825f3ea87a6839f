"""Use case: store what staff enrolled at the machine, all of it or nothing, with the consents it rests on."""

from dataclasses import dataclass, field

from kiosk.clock import Clock
from kiosk.domain.consent import BiometricConsent, ConsentKind, notice_version
from kiosk.domain.resident import Resident
from kiosk.services.ports import FaceTemplate, Frame, VoiceTemplate
from kiosk.services.store import AuditEntry, Store, Transaction


@dataclass(slots=True, repr=False)
class Enrolment:
    """One person's enrolment under way; nothing of it is stored before the end, and all of it goes with the visit."""

    staff: str
    """Number of the staff member who looked at person and papers."""
    agreed: dict[ConsentKind, bool] = field(default_factory=dict)
    """Answers to the consent pages; each kind is asked by itself."""
    frames: tuple[Frame, ...] = ()
    """Pictures in memory, so that more can be added."""
    face: FaceTemplate | None = None
    voice: VoiceTemplate | None = None
    is_face_over: bool = False
    """Taken, or given up."""
    is_voice_over: bool = False
    has_card: bool | None = None
    """Whether this person's card was on the reader; None while nobody has been asked."""
    has_pin: bool | None = None
    """Whether the card took the PIN."""


@dataclass(frozen=True, slots=True)
class EnrolAtKiosk:
    """Writes consents, templates and audit together."""

    store: Store
    clock: Clock

    def keep(self, resident: Resident, enrolment: Enrolment) -> None:
        """Store it; a template that was there is replaced, one that was not made anew stays.

        Raises:
            StorageError: nothing was stored.
        """
        with self.store.transaction() as transaction:
            for kind, is_granted in enrolment.agreed.items():
                transaction.record_consent(
                    BiometricConsent(
                        resident.resident_id,
                        is_granted,
                        notice_version(kind),
                        self.clock.now(),
                        is_enrolment=True,
                        kind=kind,
                    )
                )
            self._keep_templates(transaction, resident, enrolment)
            # The card's own number binds it to the person: the kiosk notes that both were here, and keeps neither.
            details: dict[str, str | int | bool | None] = {
                "staff": enrolment.staff,
                "card": enrolment.has_card,
                "pin": enrolment.has_pin,
            }
            transaction.audit(AuditEntry("resident.enrolled", resident.resident_id, details))

    def _keep_templates(
        self, transaction: Transaction, resident: Resident, enrolment: Enrolment
    ) -> None:
        subject, now = resident.resident_id, self.clock.now()
        face, voice = enrolment.face, enrolment.voice
        if face is not None and enrolment.agreed.get(ConsentKind.FACE):
            transaction.templates.put(subject, face, now)
            transaction.audit(
                AuditEntry(
                    "face.enrolled",
                    subject,
                    {"engine": face.engine_id, "pictures": len(face.vectors)},
                )
            )
        if voice is not None and enrolment.agreed.get(ConsentKind.VOICE):
            transaction.voices.put(subject, voice, now)
            transaction.audit(
                AuditEntry(
                    "voice.enrolled",
                    subject,
                    {"engine": voice.engine_id, "phrases": voice.phrases},
                )
            )
