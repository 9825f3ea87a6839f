"""How the check of a person ended, as the kiosk tells it.

It is read leniently: the resident holds a receipt, so what a newer kiosk says in another way is passed over and never
refuses the event.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERIFIED, SECOND_FACTOR = "verified", "second_factor"
PROVISIONAL, CANNOT_BE_MODELLED, REFUSED = "provisional", "cannot_be_modelled", "refused"
OUTCOMES = frozenset({VERIFIED, SECOND_FACTOR, PROVISIONAL, CANNOT_BE_MODELLED, REFUSED})

FLAG_ATTESTED = "attested"
"""Staff at the machine answer for the person."""
FLAG_REFUSED = "refused-by-staff"
"""Staff at the machine said that it is somebody else."""

MOST_ATTESTERS = 4
_NUMBER = re.compile(r"[0-9]{4,8}")


@dataclass(frozen=True, slots=True)
class PersonCheck:
    """What staff at the centre are shown; empty where a kiosk of before says nothing."""

    outcome: str = ""
    attested_by: str = ""
    """Staff numbers with a space between, in the order in which they attested."""
    refused_by: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person should look at."""
        attested = FLAG_ATTESTED if self.attested_by else ""
        return (attested, FLAG_REFUSED if self.refused_by else "")

    @property
    def needs_person(self) -> bool:
        """Whether the proofs by themselves do not decide."""
        is_proved = self.outcome in ("", VERIFIED, SECOND_FACTOR)
        return not is_proved or bool(self.attested_by or self.refused_by)


def read_person_check(evidence: Mapping[str, Any]) -> PersonCheck:
    """Read the member ``evidence`` of a request's payload."""
    outcome = evidence.get("outcome")
    attestation = evidence.get("attestation")
    staff = attestation.get("staff") if isinstance(attestation, dict) else None
    numbers = staff if isinstance(staff, list) else []
    known = dict.fromkeys(number for number in map(_number, numbers) if number)
    return PersonCheck(
        outcome if isinstance(outcome, str) and outcome in OUTCOMES else "",
        " ".join(list(known)[:MOST_ATTESTERS]),
        _number(evidence.get("refused_by")),
    )


def _number(value: object) -> str:
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else ""
