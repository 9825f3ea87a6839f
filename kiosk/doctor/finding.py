"""What one check found, and what to do about it."""

import enum
from collections.abc import Callable
from dataclasses import dataclass


class Health(enum.Enum):
    """How bad it is."""

    GOOD = "正常"
    WARNING = "注意"
    FAULT = "故障"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the doctor's table."""

    subject: str
    """What was checked."""
    health: Health
    found: str
    """What is so."""
    remedy: str = ""
    """What staff should do; empty when nothing is to be done."""


Check = Callable[[], Finding]
"""A check never raises for a fault of the machine; it returns one."""


def good(subject: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, Health.GOOD, found)


def warning(subject: str, found: str, remedy: str) -> Finding:
    """The kiosk serves, but with less."""
    return Finding(subject, Health.WARNING, found, remedy)


def fault(subject: str, found: str, remedy: str) -> Finding:
    """The kiosk cannot promise anything before this is mended."""
    return Finding(subject, Health.FAULT, found, remedy)
