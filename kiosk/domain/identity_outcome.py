"""How the check of a person can end. None of the ends is the end of the visit.

Whatever it is, the request is taken in with a receipt; what differs is who looks at it afterwards, and what of the
roster may be shown meanwhile.
"""

import enum
from dataclasses import dataclass

from kiosk.domain.attestation import attesters_needed
from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.identity_policy import FACTORS_OF, Evidence


class Outcome(enum.Enum):
    """The end of a check, as the centre is told."""

    VERIFIED = "verified"
    """By one proof where one suffices, or by face and voice alone where data show that they suffice."""
    SECOND_FACTOR = "second_factor"
    """By two or more proofs of different kinds."""
    PROVISIONAL = "provisional"
    """Staff at the machine answer for the person; the centre decides."""
    CANNOT_BE_MODELLED = "cannot_be_modelled"
    """Staff have recorded that face or voice cannot be, and the other proofs were not at hand."""
    REFUSED = "refused"
    """Not proved, or staff said that it is somebody else; what was asked for is taken in and a person decides."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a service wants of a person before it is theirs."""

    factors: int = 0
    """Independent proofs."""
    attesters: int = 1
    """Or so many different staff members who answer for the person."""

    @classmethod
    def of(cls, service: ServiceDefinition) -> "Wanted":
        """As the definition says."""
        return cls(service.required_factors, attesters_needed(moves_money=service.moves_money))

    def is_met(self, evidence: Evidence) -> bool:
        """Whether no further proof is asked for."""
        is_enough = evidence.weight >= self.factors or evidence.is_attested(self.attesters)
        return is_enough and not evidence.refused_by


def outcome_of(evidence: Evidence, wanted: Wanted) -> Outcome:
    """The outcome for a service that wants so much."""
    if evidence.refused_by:
        return Outcome.REFUSED
    if evidence.weight >= wanted.factors:
        is_alone = FACTORS_OF.get(evidence.biometric, 0) >= wanted.factors
        return Outcome.VERIFIED if is_alone or wanted.factors < 2 else Outcome.SECOND_FACTOR
    if evidence.is_attested(wanted.attesters):
        return Outcome.PROVISIONAL
    return Outcome.CANNOT_BE_MODELLED if evidence.exempt else Outcome.REFUSED


def check_record(evidence: Evidence, wanted: Wanted) -> dict[str, object]:
    """What the centre is told of the end of the check, besides the proofs; staff by number only."""
    record: dict[str, object] = {"outcome": outcome_of(evidence, wanted).value}
    if evidence.attestation is not None:
        record["attestation"] = {
            "staff": list(evidence.attestation.staff),
            "at": evidence.attestation.at.isoformat(timespec="milliseconds"),
            "missing": sorted(reason.value for reason in evidence.attestation.missing),
        }
    if evidence.exempt:
        record["exempt"] = sorted(factor.value for factor in evidence.exempt)
    if evidence.refused_by:
        record["refused_by"] = evidence.refused_by
    return record
