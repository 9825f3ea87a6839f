import itertools
import random

import pytest

from kiosk.domain.spoken_digits import (
    DIGITS,
    DigitChallenge,
    check_digits,
    draw_challenge,
    draw_phrases,
    is_trivial,
)


@pytest.mark.parametrize(
    "digits", ["112837", "123846", "987150", "828251", "121212", "013131", "1231231", "40404827"]
)
def test_trivial_runs_are_known(digits: str) -> None:
    assert is_trivial(digits)


@pytest.mark.parametrize("digits", ["394817", "902574", "1357924", "20486197"])
def test_ordinary_digits_are_not_trivial(digits: str) -> None:
    assert not is_trivial(digits)


def test_challenges_are_drawn_by_secrets_with_every_digit_and_no_trivial_run() -> None:
    drawn = [draw_challenge(length).digits for length in (6, 7, 8) for _ in range(100)]
    assert not any(is_trivial(digits) for digits in drawn)
    assert set("".join(drawn)) == set(DIGITS)
    assert len(set(drawn)) > 295  # by chance two of them are the same once in 20,000 runs


@pytest.mark.parametrize("digits", ["12345", "123456789", "12345a", "１２３４５６"])
def test_challenge_refuses_other_texts(digits: str) -> None:
    with pytest.raises(ValueError, match="6 to 8"):
        DigitChallenge(digits)


def test_phrases_of_an_enrolment_hold_all_ten_digits() -> None:
    for _ in range(20):
        phrases = draw_phrases(3, 6)
        assert set("".join(phrase.digits for phrase in phrases)) == set(DIGITS)


@pytest.mark.parametrize(
    ("heard", "in_order", "next_place", "is_fresh"),
    [
        ("394817", 6, 6, True),
        ("39817", 5, 6, True),  # one swallowed
        ("394827", 5, 6, True),  # one misheard
        ("3394817", 6, 6, True),  # one begun again
        ("33394817", 6, 6, False),  # too many others: they could hold anything
        ("3947", 4, 5, False),
        ("394", 3, 3, False),
        ("7", 1, 2, False),  # the screen does not run ahead of what was heard
        ("", 0, 0, False),
        ("718493", 1, 1, False),
        ("0123456789" * 3, 6, 6, False),  # everything was said
    ],
)
def test_check_needs_all_digits_but_one_in_order(
    heard: str, in_order: int, next_place: int, is_fresh: bool
) -> None:
    check = check_digits(DigitChallenge("394817"), heard)
    assert (check.in_order, check.next_place, check.is_fresh) == (in_order, next_place, is_fresh)


def test_recording_of_another_challenge_is_fresh_less_than_once_in_a_thousand() -> None:
    seed = random.getrandbits(32)
    choose = random.Random(seed).choice
    challenges = [draw_challenge(6, choose) for _ in range(80)]
    pairs = list(itertools.permutations(challenges, 2))
    fresh = sum(check_digits(one, other.digits).is_fresh for one, other in pairs if one != other)
    # 6,320 pairs
    assert fresh < 0.002 * len(pairs)
