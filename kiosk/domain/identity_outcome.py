"""How the check of a person can end. None of the ends is the end of the visit.

Whatever it is, the request is taken in with a receipt; what differs is who looks at it afterwards, and what of the
roster may be shown meanwhile.
"""

import enum

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


def outcome_of(evidence: Evidence, required_factors: int) -> Outcome:
    """The outcome for a service that asks for so many proofs."""
    if evidence.refused_by:
        return Outcome.REFUSED
    if evidence.weight >= required_factors:
        is_alone = FACTORS_OF.get(evidence.biometric, 0) >= required_factors
        return Outcome.VERIFIED if is_alone or required_factors < 2 else Outcome.SECOND_FACTOR
    if evidence.attestation is not None:
        return Outcome.PROVISIONAL
    return Outcome.CANNOT_BE_MODELLED if evidence.exempt else Outcome.REFUSED


def check_record(evidence: Evidence, required_factors: int) -> dict[str, object]:
    """What the centre is told of the end of the check, besides the proofs; staff by number only."""
    record: dict[str, object] = {"outcome": outcome_of(evidence, required_factors).value}
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
