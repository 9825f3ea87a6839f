"""Syllables in their parts, how alike they are, and how far phrases are from each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.phonetics.costs import DELETION, INSERTION, NASAL, syllable_cost
from accessibility.phonetics.distance import phrase_distance
from accessibility.phonetics.syllable import (
    CODAS,
    INITIALS,
    MEDIALS,
    VOWELS,
    Syllable,
    parse_syllable,
    parse_syllables,
)

syllables = st.builds(
    Syllable,
    st.sampled_from(("", *INITIALS)),
    st.sampled_from(MEDIALS),
    st.sampled_from(VOWELS),
    st.sampled_from(CODAS),
)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("zhuang", ("zh", "u", "a", "ng")),
        ("you", ("", "i", "o", "u")),
        ("jiu", ("j", "i", "o", "u")),
        ("shui4", ("sh", "u", "e", "i")),
        ("yue", ("", "ü", "e", "")),
        ("lve", ("l", "ü", "e", "")),
        ("xu", ("x", "", "ü", "")),
        ("zhi", ("zh", "", "ɨ", "")),
        ("er", ("", "", "er", "")),
        ("hao", ("h", "", "a", "u")),
        ("ngai", ("ng", "", "a", "i")),
        ("m", ("", "", "m", "")),
        ("mat", ("m", "", "a", "t")),
    ],
)
def test_written_syllable_is_taken_apart_as_it_is_spoken(
    written: str, parts: tuple[str, str, str, str]
) -> None:
    found = parse_syllable(written)
    assert (found.initial, found.medial, found.nucleus, found.coda) == parts


@pytest.mark.parametrize("written", ["", "xyz", "12", "中", "hng", "aaaa", "b" * 9])
def test_what_is_no_syllable_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"no syllable|no final"):
        parse_syllable(written)


@pytest.mark.parametrize(
    ("one", "other", "cost"),
    [("nan", "lan", 0.10), ("zhi", "zi", 0.10), ("ren", "reng", NASAL), ("fei", "fei", 0.0)],
)
def test_sounds_that_accents_mix_cost_what_the_table_says(
    one: str, other: str, cost: float
) -> None:
    assert syllable_cost(parse_syllable(one), parse_syllable(other)) == pytest.approx(cost)


def test_sounds_that_no_accent_mixes_cost_far_more() -> None:
    assert syllable_cost(parse_syllable("jiao"), parse_syllable("bao")) >= 0.6
    assert syllable_cost(parse_syllable("ma"), parse_syllable("qi")) == 1.0


@given(syllables, syllables)
def test_cost_is_the_same_both_ways_and_within_its_range(one: Syllable, other: Syllable) -> None:
    assert syllable_cost(one, other) == syllable_cost(other, one)
    assert 0 <= syllable_cost(one, other) <= 1
    assert (syllable_cost(one, other) == 0) <= (one == other)


@given(st.lists(syllables, max_size=6), st.lists(syllables, max_size=6))
def test_distance_is_0_only_between_equal_phrases(
    one: list[Syllable], other: list[Syllable]
) -> None:
    distance = phrase_distance(one, other)
    assert 0 <= distance <= 1
    assert (distance == 0) == (one == other)


def test_a_syllable_too_many_or_too_few_has_its_price() -> None:
    phrase = parse_syllables("yang lao jin")
    assert phrase_distance(phrase, parse_syllables("yang lao jin a")) == pytest.approx(
        INSERTION / 4
    )
    assert phrase_distance(phrase, parse_syllables("yang lao")) == pytest.approx(DELETION / 3)
