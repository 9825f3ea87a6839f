"""Long numbers in chunks with read-back, and the ids that are possible."""

from datetime import date
from random import Random

import pytest

from accessibility.dialects.accent import speak
from accessibility.dialects.loader import DialectPacks
from accessibility.understanding.numbers.checked_id import IdRule, ProbableId, probable_id
from accessibility.understanding.numbers.dictation import (
    CHUNKS,
    Dictation,
    NumberKind,
    Turn,
    likeliest,
)
from accessibility.understanding.numbers.digit_ear import DigitEar
from accessibility.understanding.reading import SyllableReader
from kiosk.domain.citizen_id import CHECK_CHARACTERS, WEIGHTS, CitizenId, check_character

READ = SyllableReader()
PACKS = DialectPacks()
RULE = IdRule(
    ("513022", "513021", "513023", "513029", "513001", "513701", "511302", "500234"),
    date(1925, 1, 1),
    date(2010, 12, 31),
    WEIGHTS,
    CHECK_CHARACTERS,
)


def ear(pack_id: str = "xinan_chengyu") -> DigitEar:
    return DigitEar(PACKS.load(pack_id), READ)


def dictation(kind: NumberKind) -> Dictation:
    return Dictation(kind, ear())


def test_a_telephone_number_is_said_in_three_chunks_and_read_back() -> None:
    number = dictation(NumberKind.PHONE)
    for said, back in (("幺三八", "幺三八"), ("四个零", "零零零零"), ("一二三四", "幺二三四")):
        assert number.hear(said) is Turn.CONFIRM
        assert number.read_back == back
        number.confirm()
    assert number.turn is Turn.DONE
    assert number.digits == "13800001234"


def test_the_whole_number_may_be_said_at_once() -> None:
    number = dictation(NumberKind.PHONE)
    assert number.hear("幺三八零零零零幺二三四") is Turn.CONFIRM
    assert number.confirm() is Turn.DONE


def test_after_two_failures_of_one_chunk_the_keys_are_offered() -> None:
    number = dictation(NumberKind.PHONE)
    assert number.hear("幺三") is Turn.SAY_CHUNK
    assert number.hear("幺三八") is Turn.CONFIRM
    assert number.reject() is Turn.USE_KEYS
    assert number.hear("幺三八") is Turn.USE_KEYS
    assert number.digits == ""


def test_a_chunk_that_succeeds_forgives_the_failures_before() -> None:
    number = dictation(NumberKind.PHONE)
    number.hear("幺")
    number.hear("幺三八")
    number.confirm()
    assert number.failures == 0
    assert number.expected == 4


@pytest.mark.parametrize("last", ["零零一叉", "零零一X", "零零一艾克斯", "洞洞幺叉"])
def test_a_citizen_id_may_end_in_x(last: str) -> None:
    number = dictation(NumberKind.CITIZEN_ID)
    for said in ("五一三", "零二二", "一九四八", "零三一二", last):
        assert number.hear(said) is Turn.CONFIRM
        number.confirm()
    assert number.digits == "51302219480312001X"


def test_an_x_stands_nowhere_else() -> None:
    assert dictation(NumberKind.CITIZEN_ID).hear("五一叉") is Turn.SAY_CHUNK
    assert dictation(NumberKind.PHONE).hear("幺三叉") is Turn.SAY_CHUNK


def test_nothing_is_confirmed_before_it_was_heard() -> None:
    number = dictation(NumberKind.BANK_CARD)
    assert number.confirm() is Turn.SAY_CHUNK
    assert number.reject() is Turn.SAY_CHUNK
    assert number.digits == ""
    assert sum(CHUNKS[NumberKind.BANK_CARD]) == 19


def an_id(chance: Random) -> str:
    born = date.fromordinal(
        chance.randint(date(1930, 1, 1).toordinal(), date(1970, 1, 1).toordinal())
    )
    first = f"{chance.choice(RULE.regions)}{born:%Y%m%d}{chance.randrange(1000):03d}"
    return first + check_character(first)


def test_what_is_found_is_always_possible() -> None:
    chance = Random(3)
    for _ in range(5):
        heard = "".join(chance.choice("零一二三四五六七八九") for _ in range(18))
        found = probable_id(ear().places(heard), RULE)
        assert found is not None
        assert CitizenId.parse(found.value, date(2026, 1, 1)).value[:6] in RULE.regions


def test_one_misheard_digit_is_put_right() -> None:
    # 七 was heard as 三: no such county
    said, heard = "51302219550901322", "51702219550901322"
    last = check_character(said)
    found = probable_id(ear().places(heard + last), RULE)
    assert isinstance(found, ProbableId)
    assert found.value == said + last
    assert "5130" not in repr(found)


@pytest.mark.parametrize("heard", ["", "五一三", "五" * 19])
def test_another_number_of_digits_has_no_id(heard: str) -> None:
    assert probable_id(ear().places(heard), RULE) is None


def test_the_rules_put_right_some_ids_that_were_misheard() -> None:
    pack, chance = PACKS.load("wu_suhujia"), Random(7)
    listener = ear(pack.id)
    alone = together = 0
    for _ in range(12):
        said = an_id(chance)
        sounds = speak(
            [READ("零一二三四五六七八九"[int(one)])[0] for one in said if one != "X"],
            pack.confusions,
            chance,
        )
        # one syllable in twenty is misheard as another digit
        heard = [
            chance.choice("零一二三四五六七八九") if chance.random() < 0.05 else sound
            for sound in sounds
        ]
        places = [
            listener.places(one)[0] if isinstance(one, str) else listener.place_of(one)
            for one in heard
        ]
        places += listener.places("叉") if said.endswith("X") else ()
        alone += likeliest(places) == said
        found = probable_id(places, RULE)
        together += found is not None and found.value == said
    assert together >= 7
    assert together > alone
