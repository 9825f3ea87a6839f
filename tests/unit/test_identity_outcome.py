from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.domain.attestation import Attestation, Missing, attesters_needed
from kiosk.domain.catalogue import parse_definition
from kiosk.domain.identity_outcome import Outcome, Wanted, check_record, outcome_of
from kiosk.domain.identity_policy import Assurance, Evidence, Factor

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
SERVICES = Path(__file__).parents[2] / "assets/services"
BY_ONE = Attestation(("2041",), NOW, (Missing.NO_CARD,))


def proved(*factors: Factor, **more: object) -> Evidence:
    return Evidence(True, frozenset(factors), **more)  # type: ignore[arg-type]


FACE, CARD, PIN, VOICE = Factor.FACE, Factor.CARD, Factor.PIN, Factor.VOICE
NO_FACE = frozenset({FACE})


@pytest.mark.parametrize(
    ("evidence", "required", "outcome"),
    [
        (proved(FACE, biometric=Assurance.VERIFIED), 2, Outcome.VERIFIED),
        (proved(FACE, biometric=Assurance.VERIFIED), 3, Outcome.REFUSED),
        (proved(FACE, CARD, biometric=Assurance.VERIFIED), 2, Outcome.VERIFIED),
        (proved(FACE, CARD), 2, Outcome.SECOND_FACTOR),
        (proved(VOICE, CARD), 2, Outcome.SECOND_FACTOR),
        (proved(CARD, PIN), 2, Outcome.SECOND_FACTOR),
        (proved(FACE, VOICE), 2, Outcome.REFUSED),
        (proved(CARD), 1, Outcome.VERIFIED),
        (proved(CARD), 2, Outcome.REFUSED),
        (proved(), 2, Outcome.REFUSED),
        (proved(attestation=BY_ONE), 2, Outcome.PROVISIONAL),
        (proved(CARD, attestation=BY_ONE), 2, Outcome.PROVISIONAL),
        # Proofs come before what staff say.
        (proved(CARD, PIN, attestation=BY_ONE), 2, Outcome.SECOND_FACTOR),
        (proved(exempt=NO_FACE), 2, Outcome.CANNOT_BE_MODELLED),
        (proved(exempt=NO_FACE, attestation=BY_ONE), 2, Outcome.PROVISIONAL),
        (proved(CARD, PIN, exempt=NO_FACE), 2, Outcome.SECOND_FACTOR),
        (proved(CARD, PIN, refused_by="2041"), 2, Outcome.REFUSED),
    ],
)
def test_every_end_of_a_check_has_one_outcome(
    evidence: Evidence, required: int, outcome: Outcome
) -> None:
    assert outcome_of(evidence, Wanted(required)) is outcome


def test_attestation_raises_no_assurance() -> None:
    assert proved(attestation=BY_ONE).assurance is Assurance.CLAIMED
    assert proved(attestation=BY_ONE).weight == 0


def test_two_different_staff_members_are_two_and_the_same_one_twice_is_one() -> None:
    again = BY_ONE.joined("2041", NOW)
    assert again.staff == ("2041",)
    assert not proved(attestation=again).is_attested(2)
    assert proved(attestation=BY_ONE.joined("2043", NOW)).is_attested(2)
    assert not proved().is_attested(1)


def test_one_of_two_who_are_wanted_is_not_enough_and_is_told_all_the_same() -> None:
    evidence, wanted = proved(attestation=BY_ONE), Wanted(2, attesters=2)
    assert not wanted.is_met(evidence)
    record = check_record(evidence, wanted)
    assert record["outcome"] == "refused"
    assert record["attestation"]


def test_record_tells_numbers_and_codes_only() -> None:
    evidence = proved(
        attestation=BY_ONE.joined("2043", NOW), exempt=frozenset({VOICE, FACE}), refused_by=""
    )
    assert check_record(evidence, Wanted(2, 2)) == {
        "outcome": "provisional",
        "attestation": {
            "staff": ["2041", "2043"],
            "at": "2026-11-27T08:00:00.000+00:00",
            "missing": ["no_card"],
        },
        "exempt": ["face", "voice"],
    }
    assert check_record(proved(CARD, PIN), Wanted(2)) == {"outcome": "second_factor"}
    assert check_record(proved(refused_by="2041"), Wanted(2)) == {
        "outcome": "refused",
        "refused_by": "2041",
    }


def test_nothing_of_a_person_is_shown_for_a_number_alone_or_against_the_word_of_staff() -> None:
    assert not proved().may_be_shown
    assert proved(CARD).may_be_shown
    assert proved(attestation=BY_ONE).may_be_shown
    assert not proved(CARD, refused_by="2041").may_be_shown


OF_MONEY = {
    "allowance.elderly",
    "medical.contribution",
    "medical.reimbursement",
    "pension.claim",
    "pension.contribution",
    "pension.death_benefit",
    "pension.enrolment",
    "profile.update",
    "unemployment.claim",
}


def test_services_that_move_money_are_those_that_ask_for_an_amount_or_an_account() -> None:
    found = {
        service.id
        for path in SERVICES.glob("*.json")
        if (service := parse_definition(path.read_text("utf-8"), path.name)).moves_money
    }
    assert found == OF_MONEY


def test_money_wants_two() -> None:
    assert attesters_needed(moves_money=True) == 2
    assert attesters_needed(moves_money=False) == 1
