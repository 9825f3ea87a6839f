import itertools

import pytest

from kiosk.domain.identity_policy import (
    TARGET_FAR,
    Assurance,
    DemonstratedThreshold,
    Evidence,
    Factor,
    NextProof,
    Ways,
    biometric_assurance,
    next_proof,
)

ALL_WAYS = Ways(face=True, card=True, pin=True)
NO_FACE = Ways(face=False, card=True, pin=True, voice=True)
ONLY_VOICE = Ways(face=False, card=False, pin=False, voice=True)
ADDING = Ways(face=False, card=False, pin=False, voice=True, voice_adds=True)


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
        (evidence(Factor.VOICE, Factor.CARD), Assurance.VERIFIED),
        # One kind of proof, and so one proof, whatever nobody has measured.
        (evidence(Factor.FACE, Factor.VOICE), Assurance.CLAIMED),
        (evidence(Factor.FACE, Factor.VOICE, Factor.CARD), Assurance.VERIFIED),
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
        (evidence(), Ways(face=True, card=True, pin=True, voice=True), NextProof.FACE),
        (evidence(), NO_FACE, NextProof.VOICE),
        (evidence(Factor.CARD), NO_FACE, NextProof.VOICE),
        (evidence(Factor.VOICE), NO_FACE, NextProof.CARD),
        (evidence(Factor.VOICE), ONLY_VOICE, NextProof.NO_WAY_LEFT),
        (evidence(Factor.FACE), ONLY_VOICE, NextProof.NO_WAY_LEFT),
        (evidence(Factor.FACE), ADDING, NextProof.VOICE),
        (evidence(Factor.VOICE), ADDING, NextProof.NO_WAY_LEFT),
    ],
)
def test_next_proof_is_the_easiest_one_that_is_left(
    given: Evidence, ways: Ways, wanted: NextProof
) -> None:
    assert next_proof(given, 2, ways) is wanted


def test_policy_always_ends_whatever_works_and_whatever_is_proved() -> None:
    for flags in itertools.product([True, False], repeat=5):
        proved: set[Factor] = set()
        for _ in range(5):
            wanted = next_proof(Evidence(True, frozenset(proved)), 2, Ways(*flags))
            if wanted in (NextProof.NOTHING, NextProof.NO_WAY_LEFT):
                break
            proved.add(Factor(wanted.value))
        else:
            pytest.fail(f"no end with {flags}")


def shown(level: Assurance, llr: float) -> DemonstratedThreshold:
    return DemonstratedThreshold(llr, TARGET_FAR[level], TARGET_FAR[level], "a set")


BOTH = {
    level: shown(level, llr) for level, llr in ((Assurance.VERIFIED, 5.0), (Assurance.STRONG, 9.0))
}


@pytest.mark.parametrize(
    ("llr", "thresholds", "is_live", "reached"),
    [
        (4.9, BOTH, True, Assurance.NOBODY),
        (5.0, BOTH, True, Assurance.VERIFIED),
        (9.0, BOTH, True, Assurance.STRONG),
        (99.0, BOTH, False, Assurance.NOBODY),
        (99.0, dict.fromkeys(TARGET_FAR), True, Assurance.NOBODY),
        (99.0, {}, True, Assurance.NOBODY),
        (99.0, {Assurance.VERIFIED: BOTH[Assurance.VERIFIED]}, True, Assurance.VERIFIED),
        # What shows 1e-3 says nothing of 1e-5.
        (99.0, {Assurance.STRONG: BOTH[Assurance.VERIFIED]}, True, Assurance.NOBODY),
    ],
)
def test_face_and_voice_stand_alone_only_where_data_show_it_and_a_living_person_was_there(
    llr: float,
    thresholds: dict[Assurance, DemonstratedThreshold | None],
    is_live: bool,
    reached: Assurance,
) -> None:
    assert biometric_assurance(llr, thresholds, is_live=is_live) is reached


@pytest.mark.parametrize("bound", [2e-3, 0.0, 1.0])
def test_threshold_cannot_be_made_without_what_shows_it(bound: float) -> None:
    with pytest.raises(ValueError, match="do not show"):
        DemonstratedThreshold(5.0, 1e-3, bound, "a set")


def test_face_that_stands_alone_needs_no_second_factor_and_one_that_does_not_does() -> None:
    alone = Evidence(True, frozenset({Factor.FACE}), biometric=Assurance.VERIFIED)
    assert next_proof(alone, 2, ALL_WAYS) is NextProof.NOTHING
    assert alone.assurance is Assurance.VERIFIED
    assert next_proof(alone, 3, ALL_WAYS) is NextProof.CARD
    assert next_proof(evidence(Factor.FACE), 2, ALL_WAYS) is NextProof.CARD
    strong = Evidence(True, frozenset({Factor.FACE}), biometric=Assurance.STRONG)
    assert strong.assurance is Assurance.STRONG
