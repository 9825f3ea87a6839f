"""Use case: when a face or a voice is not asked for. The service goes on either way.

A check is counted when it begins, so that walking away before its end wins no further tries. After too many it rests
for a day, for this person only, or until staff end the rest. Whom no model can be made of is recorded once.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.clock import Clock
from kiosk.domain.attempt_count import AttemptCount, LockRule
from kiosk.domain.identity_policy import Factor
from kiosk.services.store import AuditEntry, Store, Transaction

_log = logging.getLogger(__name__)

ONE_PERSON = LockRule(
    most=5,
    within=timedelta(hours=24),
    first_rest=timedelta(hours=24),
    longest_rest=timedelta(hours=24),
)
"""Checks of three tries each. At most 15 tries a day at one person's template."""

ALL_CHECKS = "biometric.all"
"""Kind of the count of the whole machine."""

WHOLE_MACHINE = LockRule(
    most=21,
    within=timedelta(hours=1),
    first_rest=timedelta(hours=1),
    longest_rest=timedelta(hours=1),
)
"""More than twenty checks an hour that knew nobody: somebody tries faces, or the camera is wrong. It is an alarm for
staff; nothing rests for it."""


@dataclass(frozen=True, slots=True)
class BiometricLimits:
    """Counts checks and keeps exemptions, by the centre's resident id."""

    store: Store
    clock: Clock

    def rests(self, resident_id: str, factor: Factor) -> bool:
        """Whether there is a rest now.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            count = transaction.attempts.of(factor.value, resident_id)
        return count.rests_until(ONE_PERSON, self.clock.now()) is not None

    def begin(self, resident_id: str, factor: Factor) -> bool:
        """Count a check that begins; False when there is a rest and it may not.

        Raises:
            StorageError.
        """
        now = self.clock.now()
        with self.store.transaction() as transaction:
            count = transaction.attempts.of(factor.value, resident_id)
            if count.rests_until(ONE_PERSON, now) is not None:
                return False
            transaction.attempts.put(factor.value, resident_id, count.failed(ONE_PERSON, now))
            # A rest that begins now must not seem to lie in the future after a restart.
            transaction.note_device_moment(now)
        return True

    def passed(self, resident_id: str, factor: Factor) -> None:
        """The person was known: count anew.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            transaction.attempts.put(factor.value, resident_id, AttemptCount())

    def spared(self, resident_id: str, factor: Factor) -> None:
        """Nothing was compared, so it was no try.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            count = transaction.attempts.of(factor.value, resident_id)
            transaction.attempts.put(factor.value, resident_id, count.spared())

    def not_known(self, resident_id: str, factor: Factor) -> bool:
        """Audit a check that did not know the person; True when a rest has begun.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            count = transaction.attempts.of(factor.value, resident_id)
            rests = count.rests_until(ONE_PERSON, self.clock.now()) is not None
            details: dict[str, str | int | bool | None] = {
                "factor": factor.value,
                "checks": count.failures,
            }
            transaction.audit(AuditEntry("biometric.not_known", resident_id, details))
            if rests:
                transaction.audit(
                    AuditEntry("biometric.rests", resident_id, {"factor": factor.value})
                )
            _count_for_all(transaction, self.clock.now())
        return rests

    def wake(self, resident_id: str, factor: Factor, staff: str) -> None:
        """Staff end the rest.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            transaction.attempts.put(factor.value, resident_id, AttemptCount())
            transaction.audit(_by_staff("biometric.woken", resident_id, factor, staff))

    def exempt_from(self, resident_id: str) -> frozenset[Factor]:
        """What this person is never asked for.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return transaction.exemptions.of(resident_id)

    def exempt(self, resident_id: str, factor: Factor, staff: str) -> None:
        """Record that no model can be made; why is nobody's business.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            if transaction.exemptions.add(resident_id, factor, staff, self.clock.now()):
                transaction.audit(_by_staff("biometric.exempted", resident_id, factor, staff))

    def lift(self, resident_id: str, factor: Factor, staff: str) -> None:
        """Ask for it again from now on.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            if transaction.exemptions.erase(resident_id, factor):
                entry = _by_staff("biometric.exemption_lifted", resident_id, factor, staff)
                transaction.audit(entry)


def _count_for_all(transaction: Transaction, now: datetime) -> None:
    before = transaction.attempts.of(ALL_CHECKS, "")
    count = before.failed(WHOLE_MACHINE, now)
    transaction.attempts.put(ALL_CHECKS, "", count)
    if count != before and count.locked_at is not None:
        _log.warning("many checks of persons failed count=%d", count.failures)
        transaction.audit(AuditEntry("biometric.many_not_known", "", {"checks": count.failures}))


def _by_staff(kind: str, resident_id: str, factor: Factor, staff: str) -> AuditEntry:
    return AuditEntry(kind, resident_id, {"factor": factor.value, "staff": staff})
