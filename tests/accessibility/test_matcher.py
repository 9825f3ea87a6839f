"""What is accepted, asked about, or asked again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessibility.dialects.accent import AccentCosts
from accessibility.dialects.loader import DialectPacks
from accessibility.phonetics.costs import syllable_cost
from accessibility.phonetics.distance import phrase_distance
from accessibility.phonetics.syllable import parse_syllables
from accessibility.understanding.candidates import Candidate, navigation, services, yes_no
from accessibility.understanding.margins import Margins
from accessibility.understanding.matcher import Accept, Again, Ask, Matcher, Unclear, Verdict
from accessibility.understanding.phrase_tree import PhraseTree
from accessibility.understanding.reading import SyllableReader

READ = SyllableReader()
PACKS = DialectPacks()
SAYINGS = {
    "pension": {"zh-CN": ["查养老金", "养老金到了没有"], "yue": ["养老金到咗未"]},
    "medical.pay": {"zh-CN": ["医保缴费", "交医保"]},
    "medical.claim": {"zh-CN": ["医保报销", "报销"]},
    "card": {"zh-CN": ["社保卡挂失", "挂失"]},
}


def menu(dialect: str = "xinan_chengyu") -> Matcher:
    pack = PACKS.load(dialect)
    candidates = [*services(SAYINGS, [pack], READ), *navigation([pack], READ)]
    return Matcher(candidates, AccentCosts(pack.confusions), Margins.load(), READ)


def answers(dialect: str) -> Matcher:
    pack = PACKS.load(dialect)
    return Matcher(yes_no([pack], READ), AccentCosts(pack.confusions), Margins.load(), READ)


def meaning(verdict: Verdict) -> str | None:
    return verdict.meaning if isinstance(verdict, Accept) else None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("查养老金", "pension"),
        ("嗯，我要查养老金。", "pension"),
        ("交医保", "medical.pay"),
        ("挂失", "card"),
        ("返回", "back"),
        ("帮哈忙", "help"),
        ("说慢些", "slower"),
    ],
)
def test_what_is_said_as_it_stands_is_accepted(said: str, meant: str) -> None:
    verdict = menu().understand(said)
    assert meaning(verdict) == meant


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("查养老惊", "pension"),
        ("医保搅灰", "medical.pay"),
        ("色保卡瓜实", "card"),
        ("帮啊忙", "help"),
    ],
)
def test_what_only_sounds_so_is_accepted_or_asked_about(heard: str, meant: str) -> None:
    verdict = menu().understand(heard)
    assert isinstance(verdict, Accept | Ask)
    assert verdict.meaning == meant


def test_between_two_services_the_resident_is_asked_with_both() -> None:
    verdict = menu().understand_sounds(parse_syllables("yi bao jiao xiao"))
    assert isinstance(verdict, Ask)
    assert {verdict.meaning, *verdict.others} == {"medical.pay", "medical.claim"}


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        ("", Unclear.NOTHING),
        ("……", Unclear.NOTHING),
        ("对", Unclear.TOO_SHORT),
        ("天" * 30, Unclear.TOO_LONG),
    ],
)
def test_nothing_a_cough_and_a_sermon_are_asked_again(heard: str, reason: Unclear) -> None:
    assert menu().understand(heard) == Again(reason)


@pytest.mark.parametrize(
    "said", ["不办医保缴费", "我不要查养老金", "莫查养老金", "没有社保卡挂失", "别社保卡挂失"]
)
def test_what_is_denied_is_never_done_without_asking(said: str) -> None:
    assert not isinstance(menu().understand(said), Accept)


@pytest.mark.parametrize("word", ["是", "不", "对", "好", "中", "冇", "要", "嗯"])
@pytest.mark.parametrize("dialect", ["zhongyuan_zhengkai", "gan_changdu", "yue_guangfu"])
def test_a_single_syllable_is_neither_yes_nor_no(word: str, dialect: str) -> None:
    assert answers(dialect).understand(word) == Again(Unclear.TOO_SHORT)


@pytest.mark.parametrize(
    ("dialect", "said", "meant"),
    [
        ("xinan_chengyu", "要得", "yes"),
        ("xinan_chengyu", "要不得", "no"),
        ("xinan_chengyu", "不得行", "no"),
        ("zhongyuan_zhengkai", "中中", "yes"),
        ("zhongyuan_zhengkai", "不中", "no"),
        ("yue_guangfu", "唔系", "no"),
        ("min_quanzhang", "毋是", "no"),
        ("beijing_jingcheng", "不是", "no"),
        ("beijing_jingcheng", "是的", "yes"),
    ],
)
def test_yes_and_no_are_phrases_of_the_place(dialect: str, said: str, meant: str) -> None:
    assert meaning(answers(dialect).understand(said)) == meant


def test_no_is_never_accepted_as_yes_in_any_dialect_nor_yes_as_no() -> None:
    for pack_id in PACKS.ids():
        pack = PACKS.load(pack_id)
        matcher = answers(pack_id)
        for candidate in yes_no([pack], READ):
            verdict = matcher.understand_sounds(candidate.syllables)
            assert meaning(verdict) in (candidate.meaning, None), (pack_id, candidate, verdict)


syllables = st.lists(
    st.sampled_from(parse_syllables("yi bao jiao fei yang lao jin kuai gua shi zha hai m")),
    max_size=8,
)


@settings(max_examples=60)
@given(syllables)
def test_the_tree_finds_what_comparing_every_phrase_finds(heard: list) -> None:
    phrases = [
        Candidate(said, said, READ(said))
        for g in SAYINGS.values()
        for w in g.values()
        for said in w
    ]
    tree = PhraseTree(phrases, syllable_cost)
    found = {one.candidate.said: one.distance for one in tree.nearest(heard, 0.7, 0.2)}
    every = {one.said: phrase_distance(one.syllables, heard) for one in phrases}
    nearest = min(every.values())
    expected = {said: d for said, d in every.items() if d <= min(0.7, nearest + 0.2)}
    assert found == pytest.approx(expected)


MENU = menu()


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_whatever_is_heard_there_is_a_verdict(heard: str) -> None:
    assert isinstance(MENU.understand(heard), Accept | Ask | Again)
