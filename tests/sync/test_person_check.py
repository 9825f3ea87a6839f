"""How a person was checked, at the centre: shown to its staff, never decided by a machine, never a reason to refuse."""

from typing import Any

import pytest

from sync.central.person_check import MOST_ATTESTERS, PersonCheck, read_person_check
from tests.sync.sender import Sender
from tests.sync.sync_parts import Centre, event
from tests.sync.test_central_corrections import application, deliver

DATABASES = ("sqlite", "postgresql")

ATTESTED = {
    "factors": [],
    "outcome": "provisional",
    "attestation": {
        "staff": ["2041", "2043"],
        "at": "2026-11-27T08:00:00.000+00:00",
        "missing": [],
    },
}


def test_who_attested_stands_beside_the_application(sender: Sender, centre: Centre):
    one = event(evidence=ATTESTED, is_provisional=True, assurance=1)
    deliver(sender, one)
    row = application(centre, one.id)
    assert (row["state"], row["flags"]) == ("in_review", "attested")
    assert (row["identity_outcome"], row["attested_by"]) == ("provisional", "2041 2043")


@pytest.mark.parametrize(
    "evidence",
    [
        ATTESTED,
        {"factors": ["card", "pin"], "outcome": "refused", "refused_by": "2041"},
        {"factors": [], "outcome": "cannot_be_modelled", "exempt": ["face"]},
        {"factors": [], "outcome": "refused"},
    ],
)
def test_what_proofs_do_not_decide_a_person_decides_whatever_the_kiosk_claims(
    sender: Sender, centre: Centre, evidence: dict[str, Any]
):
    one = event(evidence=evidence, assurance=2, is_provisional=False)
    deliver(sender, one)
    assert application(centre, one.id)["state"] == "in_review"


@pytest.mark.parametrize("outcome", [{}, {"outcome": "verified"}, {"outcome": "second_factor"}])
def test_verified_person_and_a_kiosk_of_before_are_decided_at_once(
    sender: Sender, centre: Centre, outcome: dict[str, str]
):
    one = event(evidence={"factors": ["card", "face"]} | outcome)
    deliver(sender, one)
    row = application(centre, one.id)
    assert (row["state"], row["flags"]) == ("decided", "")
    assert row["identity_outcome"] == outcome.get("outcome", "")


@pytest.mark.parametrize(
    "evidence",
    [
        {"outcome": 7},
        {"outcome": "of_the_future"},
        {"attestation": "2041"},
        {"attestation": {"staff": "2041"}},
        {"attestation": {"staff": [2041, None, "王小梅", "20\x0041", "123", "123456789"]}},
        {"refused_by": ["2041"]},
        {"attestation": None, "refused_by": None, "outcome": None},
    ],
)
def test_what_is_said_in_another_way_is_passed_over(evidence: dict[str, Any]):
    assert read_person_check(evidence) == PersonCheck()


def test_strange_evidence_never_refuses_the_event(sender: Sender, centre: Centre):
    one = event(evidence={"factors": [], "attestation": {"staff": ["a" * 5000]}, "outcome": "new"})
    deliver(sender, one)
    assert application(centre, one.id)["attested_by"] == ""


def test_so_many_attesters_fit_and_each_counts_once():
    numbers = [f"{number:08d}" for number in range(9)]
    check = read_person_check({"attestation": {"staff": [numbers[0], *numbers]}})
    assert check.attested_by == " ".join(numbers[:MOST_ATTESTERS])
    assert len(check.attested_by) <= 40
