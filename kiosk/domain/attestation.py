"""Staff who stand beside the person at the machine and answer for who it is."""

import enum
from dataclasses import dataclass
from datetime import datetime

FOR_MONEY = 2
"""Different staff members, where an answer of the service says where money goes or how much."""


class Missing(enum.Enum):
    """Why a proof is not there; what staff are asked in its place, and what shows who is shut out."""

    FACE_NOT_KNOWN = "face_not_known"
    FACE_RESTS = "face_rests"
    FACE_DECLINED = "face_declined"
    FACE_NOT_MODELLED = "face_not_modelled"
    FACE_NOT_ENROLLED = "face_not_enrolled"
    NO_CARD = "no_card"
    NO_PIN = "no_pin"


@dataclass(frozen=True, slots=True)
class Attestation:
    """Who said so, by number and never by name."""

    staff: tuple[str, ...]
    """Staff numbers in the order in which they attested, each once."""
    at: datetime
    """When the last of them did."""
    missing: tuple[Missing, ...] = ()

    def joined(self, number: str, at: datetime) -> "Attestation":
        """One more; the same one again adds nothing."""
        staff = self.staff if number in self.staff else (*self.staff, number)
        return Attestation(staff, at, self.missing)


def attesters_needed(*, moves_money: bool) -> int:
    """How many different staff members stand in for the proofs that a service asks for."""
    return FOR_MONEY if moves_money else 1
