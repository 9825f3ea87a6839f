"""Use cases: who of the staff may sign in at this machine, and a sign-in by number and PIN.

A guess is counted before the PIN is looked at, so that pulling the plug wins no second guess; the right PIN takes
the count back. An unknown number costs the same time as a known one and gets the same answer.
"""

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kiosk.clock import Clock
from kiosk.domain.attempt_count import AttemptCount
from kiosk.domain.staff import (
    ONE_NUMBER,
    WHOLE_MACHINE,
    StaffFault,
    StaffMember,
    is_staff_number,
    pin_fault,
)
from kiosk.errors import StaffNotChanged
from kiosk.services.store import AuditEntry, Store, Transaction

_log = logging.getLogger(__name__)

STAFF, ALL_STAFF = "staff", "staff.all"
"""Kinds of attempt counts; the second has one, of the whole machine."""

SCRYPT_COST = 14
"""N = 2**14 with r = 8: 16 MiB and some 50 ms a guess."""

_BLOCK, _PARALLEL, _SALT, _VERIFIER = 8, 1, 16, 32
_MEMORY = 64 * 1024 * 1024


def scrypt_verifier(pin: str, salt: bytes, cost: int) -> bytes:
    """What is kept of a PIN. Source: RFC 7914."""
    return hashlib.scrypt(
        pin.encode(),
        salt=salt,
        n=1 << cost,
        r=_BLOCK,
        p=_PARALLEL,
        maxmem=_MEMORY,
        dklen=_VERIFIER,
    )


@dataclass(frozen=True, slots=True)
class SignInResult:
    """How a sign-in ended."""

    kind: Literal["accepted", "wrong", "resting"]
    minutes: int = 0
    """How long it rests still, rounded up."""


@dataclass(frozen=True, slots=True)
class StaffList:
    """The staff of this machine."""

    store: Store
    clock: Clock
    cost: int = SCRYPT_COST

    def add(self, number: str, pin: str) -> None:
        """Let a number sign in with that PIN.

        Raises:
            StaffNotChanged: the number is taken or has a wrong shape, or the PIN is easily guessed.
            StorageError.
        """
        if not is_staff_number(number):
            raise StaffNotChanged(StaffFault.NUMBER_SHAPE.value)
        if fault := pin_fault(number, pin):
            raise StaffNotChanged(fault.value)
        salt = secrets.token_bytes(_SALT)
        verifier = scrypt_verifier(pin, salt, self.cost)
        member = StaffMember(number, salt, verifier, self.cost, self.clock.now())
        with self.store.transaction() as transaction:
            if transaction.staff.find(number) is not None:
                raise StaffNotChanged(StaffFault.NUMBER_TAKEN.value)
            transaction.staff.add(member)
            transaction.audit(AuditEntry("staff.added", number, {}))

    def remove(self, number: str) -> None:
        """Let a number sign in no more; what it did stays in the audit log.

        Raises:
            StaffNotChanged: there is no such number.
            StorageError.
        """
        with self.store.transaction() as transaction:
            if not transaction.staff.erase(number):
                raise StaffNotChanged(StaffFault.NUMBER_UNKNOWN.value)
            transaction.attempts.put(STAFF, number, AttemptCount())
            transaction.audit(AuditEntry("staff.removed", number, {}))

    def all(self) -> tuple[tuple[StaffMember, datetime | None], ...]:
        """Everybody by number, and until when their sign-in rests."""
        now = self.clock.now()
        with self.store.transaction() as transaction:
            return tuple(
                (
                    member,
                    transaction.attempts.of(STAFF, member.number).rests_until(ONE_NUMBER, now),
                )
                for member in transaction.staff.all()
            )


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """Tells staff from everybody else."""

    store: Store
    clock: Clock
    cost: int = SCRYPT_COST
    """Of a number that nobody has."""

    def count(self) -> int:
        """How many may sign in here.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return len(transaction.staff.all())

    def sign_in(self, number: str, pin: str) -> SignInResult:
        """Check one entry.

        Raises:
            StorageError: nothing was checked.
        """
        now = self.clock.now()
        with self.store.transaction() as transaction:
            member = transaction.staff.find(number)
            until = _rests_until(transaction, member, now)
            if until is not None:
                return SignInResult("resting", max(1, -(-(until - now) // timedelta(minutes=1))))
            if_wrong = _count(transaction, member, now)
        salt = member.salt if member else b"\0" * _SALT
        made = scrypt_verifier(pin, salt, member.cost if member else self.cost)
        if member is None or not hmac.compare_digest(made, member.verifier):
            self._audit(if_wrong)
            return SignInResult("wrong")
        with self.store.transaction() as transaction:
            transaction.attempts.put(STAFF, number, AttemptCount())
            whole = transaction.attempts.of(ALL_STAFF, "")
            transaction.attempts.put(ALL_STAFF, "", whole.spared())
            transaction.audit(AuditEntry("staff.signed_in", number, {}))
        return SignInResult("accepted")

    def _audit(self, entries: tuple[AuditEntry, ...]) -> None:
        _log.info("staff sign-in refused rests=%s", bool(entries))
        if entries:
            with self.store.transaction() as transaction:
                for entry in entries:
                    transaction.audit(entry)


def _rests_until(
    transaction: Transaction, member: StaffMember | None, now: datetime
) -> datetime | None:
    whole = transaction.attempts.of(ALL_STAFF, "").rests_until(WHOLE_MACHINE, now)
    own = None
    if member is not None:
        own = transaction.attempts.of(STAFF, member.number).rests_until(ONE_NUMBER, now)
    return max((until for until in (whole, own) if until is not None), default=None)


def _count(
    transaction: Transaction, member: StaffMember | None, now: datetime
) -> tuple[AuditEntry, ...]:
    """Count a guess; what to audit should it turn out wrong."""
    entries: list[AuditEntry] = []
    whole = transaction.attempts.of(ALL_STAFF, "").failed(WHOLE_MACHINE, now)
    transaction.attempts.put(ALL_STAFF, "", whole)
    if whole.locked_at is not None:
        entries.append(AuditEntry("staff.all_resting", "", {"failures": whole.failures}))
    if member is not None:
        own = transaction.attempts.of(STAFF, member.number).failed(ONE_NUMBER, now)
        transaction.attempts.put(STAFF, member.number, own)
        if own.locked_at is not None:
            entries.append(AuditEntry("staff.resting", member.number, {"failures": own.failures}))
    # A rest that is counted from this moment must not seem to lie in the future after a restart.
    transaction.note_device_moment(now)
    return tuple(entries)
