"""What is typed and not yet committed."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accessibility.errors import InputTableUnusable
from accessibility.input_method import CharacterFinder, Composition, Mode, PinyinEngine

ENGINE, FINDER = PinyinEngine(("三汇镇",)), CharacterFinder()


@pytest.fixture
def composition():
    return Composition(ENGINE, FINDER)


def type_in(composition, signs):
    for sign in signs:
        assert composition.add(sign)


def test_word_is_committed_and_the_rest_stays_typed(composition):
    type_in(composition, "zhaoguilan")
    place = [candidate.text for candidate in composition.candidates].index("赵")
    assert composition.choose(place) == "赵"
    assert composition.typed == "guilan"
    assert composition.choose(0) == "桂兰"
    assert (composition.typed, composition.candidates) == ("", ())


def test_delete_takes_letters_back_and_says_when_there_are_none(composition):
    type_in(composition, "li")
    assert composition.delete()
    assert composition.delete()
    assert not composition.delete()


def test_strokes_are_shown_as_strokes_and_used_up(composition):
    composition.switch(Mode.STROKES)
    type_in(composition, "13251")
    assert composition.shown == "一丿丨乙一"
    assert composition.choose(0) == "石"
    assert composition.typed == ""


def test_what_was_typed_is_dropped_when_the_mode_changes(composition):
    type_in(composition, "wang")
    composition.switch(Mode.PARTS)
    assert (composition.typed, composition.candidates) == ("", ())


@pytest.mark.parametrize("sign", ["", "1", "王", "😀", "\x00", "ab", "'", " "])
def test_sign_that_means_nothing_is_refused(composition, sign):
    assert not composition.add(sign)
    assert composition.typed == ""


def test_input_ends_where_there_is_no_more_room(composition):
    assert sum(composition.add("a") for _ in range(10_000)) == 48


@pytest.mark.parametrize("index", [-1, 60, 10_000])
def test_nothing_is_committed_when_there_is_no_such_candidate(composition, index):
    type_in(composition, "wang")
    assert composition.choose(index) == ""
    assert composition.typed == "wang"


def test_letter_is_not_taken_when_the_table_is_missing(tmp_path):
    broken = Composition(PinyinEngine(table=tmp_path / "none.sqlite"), FINDER)
    with pytest.raises(InputTableUnusable):
        broken.add("a")
    assert broken.typed == ""


class Typing(RuleBasedStateMachine):
    """Whatever is pressed, committing shortens what is typed, and what is offered belongs to it."""

    def __init__(self):
        super().__init__()
        self.composition = Composition(ENGINE, FINDER)

    @rule(sign=st.sampled_from([*"abcdeghijlnosuvwxyz'12345·", "😀"]))
    def add(self, sign):
        before = self.composition.typed
        taken = self.composition.add(sign)
        assert self.composition.typed == (before + sign if taken else before)

    @rule()
    def delete(self):
        before = self.composition.typed
        self.composition.delete()
        assert self.composition.typed == before[:-1]

    @precondition(lambda self: self.composition.candidates)
    @rule(data=st.data())
    def choose(self, data):
        before = self.composition.typed
        index = data.draw(st.integers(0, len(self.composition.candidates) - 1))
        assert self.composition.choose(index)
        assert len(self.composition.typed) < len(before)
        assert before.endswith(self.composition.typed)

    @rule(mode=st.sampled_from(Mode))
    def switch(self, mode):
        self.composition.switch(mode)
        assert self.composition.typed == ""

    @invariant()
    def offers_only_for_what_is_typed(self):
        assert len(self.composition.candidates) <= 60
        if not self.composition.typed:
            assert self.composition.candidates == ()


TestTyping = Typing.TestCase
TestTyping.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
