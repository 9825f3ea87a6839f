"""What the keyboard's letters become: golden lookups, hostile input, nothing written."""

import sqlite3
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessibility.errors import InputTableUnusable
from accessibility.input_method import PinyinEngine

TABLE = Path(str(resources.files("assets"))) / "input" / "pinyin.sqlite"
PLACES = ("三汇镇", "文崇村", "大巴山土家族苗族自治县")


@pytest.fixture(scope="module")
def engine():
    made = PinyinEngine(PLACES)
    yield made
    made.close()


def words(engine, typed, most=60):
    return [candidate.text for candidate in engine.candidates(typed, most)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("yanglaojin", "养老金"),
        ("shenfenzheng", "身份证"),
        ("shebaoka", "社保卡"),
        ("canjiren", "残疾人"),
        ("dibao", "低保"),
        ("ylj", "养老金"),
        ("sfz", "身份证"),
        ("sbk", "社保卡"),
        ("yanglaoj", "养老金"),
        ("yanglj", "养老金"),
        ("shenfenzh", "身份证"),
        ("shenfenzhen", "身份证"),
        ("YangLaoJin", "养老金"),
        ("nv'er", "女儿"),
        ("nver", "女儿"),
        ("lvshi", "律师"),
        ("lue", "略"),
        ("xi'an", "西安"),
        ("xian", "县"),
        ("chongqing", "重庆"),
        ("yinhangka", "银行卡"),
        ("guilan", "桂兰"),
    ],
)
def test_first_word_is_the_one_meant_when_a_resident_types(engine, typed, first):
    assert words(engine, typed)[0] == first


@pytest.mark.parametrize(
    ("typed", "surname"),
    [
        ("wang", "王"),
        ("li", "李"),
        ("zhang", "张"),
        ("zhao", "赵"),
        ("zeng", "曾"),
        ("ren", "任"),
        ("ouyang", "欧阳"),
        ("zhuge", "诸葛"),
        ("xie", "谢"),
        ("lv", "吕"),
        ("qin", "秦"),
    ],
)
def test_surname_comes_first_when_its_reading_is_typed(engine, typed, surname):
    assert words(engine, typed)[0] == surname


@pytest.mark.parametrize(
    ("typed", "surname"),
    [("shan", "单"), ("qiu", "仇"), ("xie", "解"), ("ou", "区"), ("zha", "查")],
)
def test_surname_with_a_reading_of_its_own_is_within_two_pages(engine, typed, surname):
    assert surname in words(engine, typed)[:12]


@pytest.mark.parametrize(
    ("typed", "rare"), [("wang", "方"), ("de", "地"), ("chang", "长"), ("xing", "行")]
)
def test_rare_reading_never_comes_before_the_common_one(engine, typed, rare):
    found = words(engine, typed)
    common = {"wang": "王", "de": "的", "chang": "常", "xing": "行"}[typed]
    assert found.index(common) <= (found.index(rare) if rare in found else len(found))


def test_every_word_of_all_letters_comes_before_words_of_fewer(engine):
    lengths = [candidate.length for candidate in engine.candidates("yanglaojin")]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == 10
    assert lengths[-1] == 4


def test_long_input_is_worked_off_word_by_word(engine):
    rest, said = "shebaokayanglaojinwang", []
    while rest:
        candidate = engine.candidates(rest)[0]
        said.append(candidate.text)
        rest = rest[candidate.length :]
    assert "".join(said) == "社保卡养老金王"


def test_apostrophe_parts_syllables_and_is_used_up(engine):
    assert "县" not in words(engine, "xi'an")
    assert engine.candidates("xi'an")[0].length == 5
    assert {candidate.length for candidate in engine.candidates("xi'an")} == {3, 5}


@pytest.mark.parametrize("typed", ["sanhuizhen", "shz", "sanhuiz"])
def test_place_of_the_county_comes_first(engine, typed):
    assert words(engine, typed)[0] == "三汇镇"


def test_place_is_found_without_its_kind(engine):
    assert words(engine, "wenchong")[0] == "文崇"


def test_longer_place_is_offered_when_its_beginning_is_typed(engine):
    assert "大巴山土家族苗族自治县" in words(engine, "dabashantu")[:6]


def test_no_place_is_known_without_the_county():
    assert "文崇村" not in words(PinyinEngine(), "wenchongcun")


def test_same_letters_give_the_same_words_whatever_was_typed_before(engine):
    before = engine.candidates("li")
    for typed in ("lili", "lishi", "wang"):
        engine.candidates(typed)
    assert engine.candidates("li") == before


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "'",
        "''''",
        "123",
        " wang",
        "养老金",
        "\x00wang",
        "\x1b[31m",
        "😀😀",
        "'; DROP TABLE word; --",
        "%",
        "*",
        "ü",
        "İ",
        "uiv",
    ],
)
def test_no_word_is_offered_when_the_input_does_not_begin_with_pinyin(engine, typed):
    assert engine.candidates(typed) == ()


@pytest.mark.parametrize("tail", ["'; DROP TABLE word; --", "😀", "\x00", " OR 1=1", "*?[a-z]"])
def test_only_the_leading_letters_count_when_something_foreign_follows(engine, tail):
    found = engine.candidates("wang" + tail)
    assert found[0].text == "王"
    assert max(candidate.length for candidate in found) <= 5


@pytest.mark.parametrize(
    "typed", ["a" * 10_000, "zhuang" * 2_000, "x" * 10_000, "'" * 10_000, "xian'" * 2000]
)
def test_ten_thousand_letters_are_answered_like_forty_eight(engine, typed):
    assert engine.candidates(typed) == engine.candidates(typed[:48])


@pytest.mark.parametrize("most", [-1, 0, 1, 2, 6, 60, 1000])
def test_never_more_than_asked_for(engine, most):
    assert len(engine.candidates("yi", most)) <= max(0, most)


def test_single_characters_are_kept_when_the_list_is_cut(engine):
    found = engine.candidates("sj", 9)
    assert len(found) == 9
    assert sum(len(candidate.text) == 1 for candidate in found) >= 3


def test_nothing_is_written_beside_or_into_the_table(tmp_path):
    copy = tmp_path / "pinyin.sqlite"
    copy.write_bytes(TABLE.read_bytes())
    copy.chmod(0o444)
    before = copy.read_bytes(), copy.stat().st_mtime_ns
    engine = PinyinEngine(PLACES, copy)
    for typed in ("wang", "yanglaojin", "ylj", "a" * 100):
        engine.candidates(typed)
    assert (copy.read_bytes(), copy.stat().st_mtime_ns) == before
    assert [path.name for path in tmp_path.iterdir()] == ["pinyin.sqlite"]
    engine.close()


def test_table_is_not_opened_before_it_is_asked(tmp_path):
    engine = PinyinEngine(table=tmp_path / "missing.sqlite")
    assert engine.candidates("") == ()
    with pytest.raises(InputTableUnusable) as caught:
        engine.candidates("wang")
    assert caught.value.code == "ACC-401"
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"no database", b"SQLite format 3\x00" + bytes(4000)])
def test_damaged_table_is_said_and_a_whole_one_works_after_it(tmp_path, body):
    path = tmp_path / "pinyin.sqlite"
    path.write_bytes(body)
    engine = PinyinEngine(table=path)
    with pytest.raises(InputTableUnusable):
        engine.candidates("wang")
    path.write_bytes(TABLE.read_bytes())
    engine.close()
    assert engine.candidates("wang")[0].text == "王"
    engine.close()


def test_connection_refuses_to_write():
    connection = sqlite3.connect(f"{TABLE.as_uri()}?mode=ro&immutable=1", uri=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM word")
    connection.close()


def test_table_is_small_enough_for_the_repository():
    assert sum(path.stat().st_size for path in TABLE.parent.glob("*.sqlite")) <= 6_000_000


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80) | st.text("abcdefghijklmnopqrstuvwxyz'", max_size=80), st.integers(0, 70)
)
def test_engine_never_raises_never_offers_too_much_and_never_repeats(engine, typed, most):
    found = engine.candidates(typed, most)
    assert len(found) <= most
    assert len({candidate.text for candidate in found}) == len(found)
    assert all(candidate.text for candidate in found)


@settings(max_examples=150, deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=60))
def test_committing_always_shortens_the_input(engine, typed):
    for candidate in engine.candidates(typed):
        assert 1 <= candidate.length <= len(typed)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 128_000))
def test_every_word_of_the_table_is_found_by_its_full_pinyin(engine, number):
    connection = sqlite3.connect(f"{TABLE.as_uri()}?mode=ro&immutable=1", uri=True)
    spelling, text = connection.execute(
        "SELECT spelling, text FROM word LIMIT 1 OFFSET ?", (number,)
    ).fetchone()
    connection.close()
    assert text in words(engine, spelling.replace(" ", "'"), 2000)


def test_countys_surnames_and_words_of_addresses_come_first() -> None:
    engine = PinyinEngine(("蒲", "冉", "院子", "梧桐村"))
    try:
        assert engine.candidates("pu")[0].text == "蒲"
        assert engine.candidates("ran")[0].text == "冉"
        assert engine.candidates("yuanzi")[0].text == "院子"
        assert engine.candidates("wtc")[0].text == "梧桐村"
    finally:
        engine.close()
