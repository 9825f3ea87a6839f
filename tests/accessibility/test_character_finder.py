"""Rare characters by strokes, parts and radicals."""

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessibility.errors import InputTableUnusable
from accessibility.input_method import CharacterFinder

TABLE = Path(str(resources.files("assets"))) / "input" / "characters.sqlite"


@pytest.fixture(scope="module")
def finder():
    made = CharacterFinder()
    yield made
    made.close()


def texts(found):
    return [candidate.text for candidate in found]


@pytest.mark.parametrize(
    ("typed", "character"),
    [
        ("shishi", "砳"),
        ("jiji", "喆"),
        ("niuniuniu", "犇"),
        ("shuishuishui", "淼"),
        ("yuzhong", "翀"),
        ("wangyue", "玥"),
        ("fangfangtu", "堃"),
    ],
)
def test_character_is_found_by_the_names_of_its_parts(finder, typed, character):
    assert character in texts(finder.by_parts(typed))


def test_last_part_may_be_half_typed(finder):
    assert "翀" in texts(finder.by_parts("yuzho"))


def test_one_part_alone_finds_nothing(finder):
    assert finder.by_parts("shi") == ()


@pytest.mark.parametrize(
    ("strokes", "character"),
    [
        ("1", "一"),
        ("1121", "王"),
        ("121", "土"),
        ("13251", "石"),
        ("1325113251", "砳"),
        ("121251121251", "喆"),
        ("311231213112", "犇"),
        ("11213511", "玥"),
        ("41534153121", "堃"),
    ],
)
def test_character_is_on_the_first_page_when_all_its_strokes_are_typed(finder, strokes, character):
    assert character in texts(finder.by_strokes(strokes))[:6]


def test_characters_that_begin_with_the_strokes_follow(finder):
    found = texts(finder.by_strokes("13251"))
    assert found[0] == "石"
    assert "研" in found


def test_strokes_are_used_up_as_a_whole(finder):
    assert {candidate.length for candidate in finder.by_strokes("13251")} == {5}


def test_radicals_are_listed_by_their_strokes_those_of_most_characters_first(finder):
    assert finder.radicals(3)[:4] == ("氵", "艹", "口", "扌")
    assert "讠" in finder.radicals(2)
    assert finder.radicals(40) == ()


@pytest.mark.parametrize("strokes", range(1, 18))
def test_no_radical_is_listed_twice(finder, strokes):
    found = finder.radicals(strokes)
    assert found
    assert len(set(found)) == len(found)


def test_radical_that_looks_the_same_left_and_right_finds_both(finder):
    found = finder.by_radical("阝", 5)
    assert {"阿", "邮"} <= set(found)


def test_characters_of_a_radical_come_common_ones_first(finder):
    found = finder.by_radical("石", 5)
    assert "砳" in found
    assert found.index("砸") < found.index("砳")
    assert 5 in finder.rests("石")


@pytest.mark.parametrize(
    "typed", ["", "0", "6", "abc", "'; DROP TABLE stroke; --", "😀", "\x00", "一"]
)
def test_nothing_is_found_when_the_input_is_no_stroke(finder, typed):
    assert finder.by_strokes(typed) == ()


@pytest.mark.parametrize("typed", ["1" * 10_000, "12345" * 2_000])
def test_ten_thousand_strokes_find_nothing(finder, typed):
    assert finder.by_strokes(typed) == ()


@pytest.mark.parametrize(
    "typed", ["", "'", "shi" * 4_000, "x" * 10_000, "'; DROP TABLE part; --", "石石"]
)
def test_parts_that_cannot_be_find_nothing(finder, typed):
    assert finder.by_parts(typed) == ()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.text("12345", max_size=60), st.integers(-2, 70))
def test_finder_never_raises_and_never_offers_too_much(finder, typed, most):
    for found in (finder.by_strokes(typed, most), finder.by_parts(typed, most)):
        assert len(found) <= max(0, most)
        assert all(1 <= candidate.length <= len(typed) for candidate in found)


def test_missing_table_is_said(tmp_path):
    finder = CharacterFinder(tmp_path / "characters.sqlite")
    for look_up in (
        lambda: finder.by_strokes("1"),
        lambda: finder.by_parts("shishi"),
        lambda: finder.radicals(3),
        lambda: finder.by_radical("1", 1),
    ):
        with pytest.raises(InputTableUnusable):
            look_up()


def test_nothing_is_written(tmp_path):
    copy = tmp_path / "characters.sqlite"
    copy.write_bytes(TABLE.read_bytes())
    finder = CharacterFinder(copy)
    finder.by_strokes("1")
    finder.by_parts("shishi")
    assert copy.read_bytes() == TABLE.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["characters.sqlite"]
    finder.close()
