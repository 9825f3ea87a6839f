import itertools

import pytest

from kiosk.domain.identity_policy import Assurance, Evidence, Factor, NextProof, Ways, next_proof

ALL_WAYS = Ways(face=True, card=True, pin=True)


def evidence(*factors: Factor) -> Evidence:
    return Evidence(has_claim=True, factors=frozenset(factors))


@pytest.mark.parametrize(
    ("given", "assurance"),
    [
        (Evidence(), Assurance.NOBODY),
        (evidence(), Assurance.CLAIMED),
        (evidence(Factor.FACE), Assurance.CLAIMED),
        (evidence(Factor.CARD), Assurance.CLAIMED),
        (evidence(Factor.FACE, Factor.CARD), Assurance.VERIFIED),
        (evidence(Factor.CARD, Factor.PIN), Assurance.VERIFIED),
        (evidence(Factor.FACE, Factor.CARD, Factor.PIN), Assurance.STRONG),
    ],
)
def test_assurance_follows_the_number_of_proofs(given: Evidence, assurance: Assurance) -> None:
    assert given.assurance is assurance


@pytest.mark.parametrize(
    ("given", "ways", "wanted"),
    [
        (evidence(), ALL_WAYS, NextProof.FACE),
        (evidence(Factor.CARD), ALL_WAYS, NextProof.FACE),
        (evidence(Factor.FACE), ALL_WAYS, NextProof.CARD),
        (evidence(Factor.FACE, Factor.CARD), ALL_WAYS, NextProof.NOTHING),
        (evidence(), Ways(face=False, card=True, pin=True), NextProof.CARD),
        (evidence(Factor.CARD), Ways(face=False, card=True, pin=True), NextProof.PIN),
        (evidence(Factor.CARD), Ways(face=False, card=True, pin=False), NextProof.NO_WAY_LEFT),
        (evidence(Factor.FACE), Ways(face=True, card=False, pin=True), NextProof.NO_WAY_LEFT),
        (evidence(), Ways(face=False, card=False, pin=True), NextProof.NO_WAY_LEFT),
    ],
)
def test_next_proof_is_the_easiest_one_that_is_left(
    given: Evidence, ways: Ways, wanted: NextProof
) -> None:
    assert next_proof(given, 2, ways) is wanted


def test_policy_always_ends_whatever_works_and_whatever_is_proved() -> None:
    for flags in itertools.product([True, False], repeat=3):
        proved: set[Factor] = set()
        for _ in range(4):
            wanted = next_proof(Evidence(True, frozenset(proved)), 2, Ways(*flags))
            if wanted in (NextProof.NOTHING, NextProof.NO_WAY_LEFT):
                break
            proved.add(Factor(wanted.value))
        else:
            pytest.fail(f"no end with {flags}")
