"""Use case: take back the consent to face or voice; what was enrolled is erased with it."""

from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.domain.consent import BiometricConsent, ConsentKind, notice_version
from kiosk.services.store import AuditEntry, Store, Transaction
from kiosk.services.template_store import FaceTemplates, VoiceTemplates


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """No reason is asked for, and every service stays open by card, PIN and people."""

    store: Store
    clock: Clock

    def enrolled(self, resident_id: str) -> frozenset[ConsentKind]:
        """What is stored of a resident, usable or not.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return _enrolled(transaction, resident_id)

    def withdraw(
        self, resident_id: str, kinds: frozenset[ConsentKind], *, by_staff: bool = False
    ) -> frozenset[ConsentKind]:
        """Record the refusal, erase and audit, all or nothing.

        Args:
            resident_id: whose.
            kinds: of what; the other stays as it is.
            by_staff: at the command line, on the resident's word.
        Returns:
            what was enrolled and is erased now.
        Raises:
            StorageError: nothing was changed.
        """
        now = self.clock.now()
        with self.store.transaction() as transaction:
            erased = _enrolled(transaction, resident_id) & kinds
            for kind in sorted(kinds, key=lambda one: one.value):
                transaction.record_consent(
                    BiometricConsent(resident_id, False, notice_version(kind), now, kind=kind)
                )
                _templates(transaction, kind).erase(resident_id)
                details = {"of": kind.value, "erased": kind in erased, "by_staff": by_staff}
                transaction.audit(AuditEntry("consent.withdrawn", resident_id, details))
        return erased


def _enrolled(transaction: Transaction, resident_id: str) -> frozenset[ConsentKind]:
    return frozenset(
        kind for kind in ConsentKind if _templates(transaction, kind).since(resident_id) is not None
    )


def _templates(transaction: Transaction, kind: ConsentKind) -> FaceTemplates | VoiceTemplates:
    return transaction.templates if kind is ConsentKind.FACE else transaction.voices
