"""Radical, strokes, characters: three steps down and back."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accessibility.errors import InputTableUnusable
from accessibility.input_method import CharacterFinder, RadicalSearch

FINDER = CharacterFinder()


@pytest.fixture
def search():
    return RadicalSearch(FINDER)


def choose(search, sign):
    assert search.add(f"choice{search.choices.index(sign)}")


def test_character_is_reached_in_three_steps_and_the_search_begins_anew(search):
    choose(search, "5")
    choose(search, "石")
    choose(search, "5")
    assert search.shown == "石 + 5画"
    texts = [candidate.text for candidate in search.candidates]
    assert "砳" in texts
    assert search.choose(texts.index("砳")) == "砳"
    assert (search.shown, search.candidates, search.choices[0]) == ("", (), "1")


def test_another_number_can_be_chosen_at_once(search):
    choose(search, "5")
    choose(search, "石")
    choose(search, "5")
    choose(search, "4")
    assert search.shown == "石 + 4画"
    assert "砖" in [candidate.text for candidate in search.candidates]


def test_delete_takes_each_step_back(search):
    choose(search, "3")
    choose(search, "氵")
    choose(search, "5")
    shown = [search.shown]
    while search.delete():
        shown.append(search.shown)
    assert shown == ["氵 + 5画", "氵", "3画", ""]


@pytest.mark.parametrize(
    "sign", ["", "choice", "choice-1", "choice17", "choice9999", "choice²", "3", "a", "'"]
)
def test_sign_that_is_no_choice_is_refused(search, sign):
    assert not search.add(sign)
    assert search.shown == ""


def test_missing_table_is_said_and_nothing_was_chosen(tmp_path):
    search = RadicalSearch(CharacterFinder(tmp_path / "none.sqlite"))
    with pytest.raises(InputTableUnusable):
        search.add("choice2")
    assert search.shown == ""


class Searching(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.search = RadicalSearch(FINDER)

    @rule(number=st.integers(-1, 60))
    def add(self, number):
        possible = 0 <= number < len(self.search.choices)
        assert self.search.add(f"choice{number}") == possible

    @rule()
    def delete(self):
        before = self.search.shown
        assert self.search.delete() == bool(before)
        assert self.search.shown != before or not before

    @rule(index=st.integers(-1, 500))
    def commit(self, index):
        possible = 0 <= index < len(self.search.candidates)
        assert bool(self.search.choose(index)) == possible
        if possible:
            assert self.search.typed == ""

    @invariant()
    def there_is_always_something_to_choose(self):
        assert self.search.choices
        assert bool(self.search.hint) == (not self.search.candidates)


TestSearching = Searching.TestCase
TestSearching.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
