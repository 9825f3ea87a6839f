"""Bar (a): 82 profiles, the sayings of the 23 services, as text. A fixed part of them; the command measures all."""

from functools import cache
from random import Random

import pytest

from accessibility.dialects.loader import DialectPacks
from accessibility.phonetics.syllable import parse_syllables
from accessibility.understanding.margins import Margins
from accessibility.understanding.matcher import Accept, Again, Ask, Unclear
from accessibility.understanding.reading import SyllableReader
from accessibility.understanding.simulation import Tally, Trial, count, disturb, measure, spoken
from kiosk.dialect_desk import catalogue_sayings, reaches_bar

PACKS = DialectPacks()
READ = SyllableReader()


@cache
def sayings() -> dict[str, dict[str, list[str]]]:
    return catalogue_sayings()


def tally_of(pack_id: str, trial: Trial) -> Tally:
    return measure(PACKS.load(pack_id), sayings(), READ, Margins.load(), trial)[0]


def test_every_saying_of_every_service_is_spoken() -> None:
    assert len(sayings()) == 23
    assert len(spoken(sayings(), PACKS.load("beijing_jingcheng"))) > 640


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "every"), [(0.0, 100), (0.2, 160)])
def test_a_sample_of_all_82_profiles_reaches_the_bar(noise: float, every: int) -> None:
    total = Tally()
    for pack_id in PACKS.ids():
        one = tally_of(pack_id, Trial(noise, every=every))
        assert not (noise == 0 and one.wrong), pack_id
        total += one
    assert total.total >= 82 * 4
    assert reaches_bar(total, noise), total


def test_the_same_seed_measures_the_same() -> None:
    trial = Trial(0.3, every=40)
    assert tally_of("yue_guangfu", trial) == tally_of("yue_guangfu", trial)


def test_every_utterance_is_counted_once_and_where_it_belongs() -> None:
    assert count(Accept("a", "", 0.0), "a") == Tally(right=1)
    assert count(Accept("b", "", 0.0), "a") == Tally(wrong=1)
    assert count(Ask("b", "", 0.3, ("a",)), "a") == Tally(asked=1)
    assert count(Ask("b", "", 0.3), "a") == Tally(asked_wrong=1)
    assert count(Again(Unclear.UNKNOWN), "a") == Tally(again=1)


@pytest.mark.parametrize(
    ("tally", "noise", "is_good"),
    [
        (Tally(right=99, again=1), 0.0, True),
        (Tally(right=98, asked=2), 0.0, False),
        (Tally(right=999, wrong=1), 0.0, False),
        (Tally(right=60, asked=35, again=2, wrong=3), 0.2, True),
        (Tally(right=60, asked=34, again=3, wrong=3), 0.2, False),
        (Tally(right=60, asked=36, wrong=4), 0.2, False),
        (Tally(), 0.0, False),
    ],
)
def test_the_bar_stands_where_it_was_set(tally: Tally, noise: float, is_good: bool) -> None:
    assert reaches_bar(tally, noise) is is_good


def test_the_share_of_noise_is_what_was_asked_for() -> None:
    phrase = parse_syllables("yi bao jiao fei") * 500
    others = parse_syllables("ma pu qi")
    heard = disturb(phrase, 0.2, others, Random(1))
    replaced = sum(one in others for one in heard)
    assert 0.16 <= replaced / len(phrase) <= 0.20
    assert disturb(phrase, 0.0, others, Random(1)) == phrase


@pytest.mark.parametrize("pack_id", ["yue_guangfu", "yue_yongxun"])
def test_phrases_read_in_cantonese_are_known_by_their_projection(pack_id: str) -> None:
    with_projection = tally_of(pack_id, Trial(every=40, speaks_locally=True))
    without = tally_of(pack_id, Trial(every=40, speaks_locally=True, uses_pack=False))
    assert reaches_bar(with_projection, 0.0), with_projection
    assert without.right < 0.5 * without.total
    assert not without.wrong
