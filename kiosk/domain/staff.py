"""Staff of a machine: known by number only, as requests and audit name them."""

import enum
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiosk.domain.attempt_count import LockRule

ONE_NUMBER = LockRule(
    most=5,
    within=timedelta(hours=24),
    first_rest=timedelta(minutes=15),
    longest_rest=timedelta(hours=24),
)
"""Of one staff number. Five guesses a day in the end: a chance of 0.2 % a year to meet one of a million PINs."""

WHOLE_MACHINE = LockRule(
    most=20,
    within=timedelta(hours=1),
    first_rest=timedelta(minutes=15),
    longest_rest=timedelta(hours=1),
)
"""Of all numbers together, also unknown ones. Short, as anybody at the machine can bring it about."""


class StaffFault(enum.Enum):
    """Why a number or PIN is not taken."""

    NUMBER_SHAPE = "number_shape"
    NUMBER_TAKEN = "number_taken"
    NUMBER_UNKNOWN = "number_unknown"
    PIN_SHAPE = "pin_shape"
    PIN_GUESSABLE = "pin_guessable"
    PIN_DIFFERS = "pin_differs"
    """Typed twice, not the same."""


_NUMBER = re.compile(r"[0-9]{4,8}")
_PIN = re.compile(r"[0-9]{6}")
_RUN = "01234567890123456789"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One who may sign in here."""

    number: str
    salt: bytes = field(repr=False)
    verifier: bytes = field(repr=False)
    """Of the PIN, by scrypt; the PIN itself is nowhere."""
    cost: int
    """Base-2 logarithm of scrypt's N, so that it can be raised for new PINs."""
    added_at: datetime


def is_staff_number(text: str) -> bool:
    """Whether it has the shape of a staff number."""
    return _NUMBER.fullmatch(text) is not None


def pin_fault(number: str, pin: str) -> StaffFault | None:
    """What is wrong with a new PIN."""
    if _PIN.fullmatch(pin) is None:
        return StaffFault.PIN_SHAPE
    is_plain = len(set(pin)) < 3 or pin in _RUN or pin[::-1] in _RUN
    is_of_number = number in pin or pin in number
    is_repeated = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:]
    return StaffFault.PIN_GUESSABLE if is_plain or is_of_number or is_repeated else None
