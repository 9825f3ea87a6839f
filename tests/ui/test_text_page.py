"""Names and a few words, written by touch and on a real keyboard."""

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from accessibility.prompt import Prompt
from kiosk.errors import CountyUnusable
from kiosk.flows import pages
from kiosk.flows.actions import Answered, Decline
from kiosk.flows.county_tables import place_names
from kiosk.ui.input_method import InputMethod
from kiosk.ui.keyboard.pinyin_keyboard import Panel
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.form_samples import FORM_SAMPLES, ask
from tests.ui.test_main_window import all_words

ENTER = Qt.Key.Key_Return


@pytest.fixture
def window(make_window):
    return make_window(PORTRAIT)


@pytest.fixture
def shown(window, clock):
    acted = []
    window.acted.connect(acted.append)

    def show(kind="name", **more):
        window.show_model(pages.TextPage(**{**ask("name"), **more}, kind=kind))
        clock.move(1)
        QApplication.processEvents()
        return window.shell.page, acted

    return show


@pytest.fixture
def touch(clock):
    def act(*buttons):
        for button in buttons:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            clock.move(1)

    return act


@pytest.fixture
def keys(window, clock):
    """Types on a real keyboard: into whatever has the focus."""

    def act(*pressed):
        for key in pressed:
            QTest.keyClick(window.focusWidget(), key)
            clock.move(1)

    return act


def test_name_is_written_by_touch(shown, touch):
    page, acted = shown()
    assert not page.confirm.isEnabled()
    touch(*(page.keyboard.letters.keys[letter] for letter in "wang"))
    first = page.keyboard.candidates.keys[0]
    assert first.text() == "王"
    touch(first, page.keyboard.dot, page.confirm, page.question.decline)
    assert acted[0] == Answered("王·")


def test_name_is_written_on_a_real_keyboard_and_enter_goes_on(shown, keys):
    page, acted = shown()
    keys(*"wang", Qt.Key.Key_Space, ENTER)
    assert page.text == "王"
    assert acted == [Answered("王")]


def test_enter_on_half_a_word_writes_the_word_first(shown, keys):
    page, acted = shown()
    keys(*"wang", ENTER)
    assert (page.text, acted) == ("王", [])


def test_going_on_takes_the_word_that_was_not_chosen_yet(shown, touch):
    page, acted = shown(value="小")
    touch(*(page.keyboard.letters.keys[letter] for letter in "wang"), page.confirm)
    assert acted == [Answered("小王")]


def test_last_character_is_taken_back(shown, touch, keys):
    page, _ = shown(value="王小梅")
    touch(page.keyboard.letters.keys["delete"])
    assert page.text == "王小"
    keys(Qt.Key.Key_Backspace)
    assert page.text == "王"


def test_names_have_the_middle_dot_and_words_have_digits(shown):
    page, _ = shown("name")
    assert page.keyboard.dot.isVisible()
    assert not page.keyboard.switches[Panel.DIGITS].isVisible()
    page, _ = shown("text")
    assert not page.keyboard.dot.isVisible()
    assert page.keyboard.switches[Panel.DIGITS].isVisible()
    assert page.keyboard.switches[Panel.STROKES].isVisible()


def test_no_more_is_taken_than_the_answer_may_have(shown, keys):
    page, _ = shown(value="一二三四五六", longest=6)
    keys(*"wang", Qt.Key.Key_Space)
    assert page.text == "一二三四五六"


def test_rejected_name_stays_and_another_question_begins_with_its_own(shown, keys):
    page, _ = shown(value="王")
    keys(*"mei", Qt.Key.Key_Space)
    written = page.text
    shown(value="王", is_rejected=True)
    assert page.text == written != "王"
    shown(place_key="family.1.name", value="李", is_rejected=True)
    assert page.text == "李"


def test_blank_is_no_answer(shown, touch):
    page, acted = shown(value="  ")
    assert not page.confirm.isEnabled()
    touch(page.confirm)
    assert acted == []


def test_nothing_written_is_an_answer_where_that_is_allowed(shown, touch):
    page, acted = shown(is_optional=True)
    touch(page.question.decline)
    assert acted == [Decline()]


def test_character_that_the_font_lacks_is_shown_as_its_code_point(shown):
    page, _ = shown(value="王\U00030000")
    lines, _ = page.field.shown_lines()
    assert lines == ["王U+30000"]
    assert page.text == "王\U00030000"


def test_long_text_shrinks_and_its_end_is_always_seen(shown):
    page, _ = shown("text", value="石桥", longest=100)
    _, large = page.field.shown_lines()
    page, _ = shown("text", value="清水县石桥镇" * 16 + "二楼", longest=100, place_key="long")
    lines, small = page.field.shown_lines()
    assert small < large
    assert small >= page.kit.tokens.body
    assert lines[-1].endswith("二楼")
    assert len(lines) * small * 1.3 <= page.field.height()


def test_text_survives_a_change_of_the_window(window, shown):
    shown(value="王小梅")
    window.shell.page._append("花")
    window.resize(LANDSCAPE.width_px // 2, LANDSCAPE.height_px // 2)
    window.relayout()
    assert window.shell.page.text == "王小梅花"


def test_name_and_letters_are_gone_when_the_window_is_wiped(window, shown, keys):
    page, _ = shown(value="欧阳建国", old_value="欧阳建军")
    keys(*"zhang")
    assert "欧阳建国" in all_words(window)
    window.wipe()
    window.show_model(pages.WelcomePage(Prompt("welcome")))
    words = all_words(window)
    assert [left for left in ("欧阳", "张", "zhang") if left in words] == []
    assert page.text == ""
    assert not page.keyboard.is_composing


def test_places_of_the_county_come_first(window, shown, touch):
    window.input_method.place_names = lambda: ["文崇村"]
    page, _ = shown("text")
    touch(*(page.keyboard.letters.keys[letter] for letter in "wenchongcun"))
    assert page.keyboard.candidates.keys[0].text() == "文崇村"


def test_keyboard_writes_without_the_countys_file(caplog):
    def broken():
        raise CountyUnusable(("county.json: cannot be read",))

    with caplog.at_level(logging.WARNING):
        engine = InputMethod(broken).engine
    assert engine.candidates("wang")[0].text == "王"
    assert "code=" in caplog.text


def test_every_name_of_a_tree_is_told_to_the_keyboard():
    class Node:
        def __init__(self, name, *children):
            self.name, self.children = name, children

    tree = [Node("清水县", Node("石桥镇", Node("李家村"), Node("王家村")))]
    assert list(place_names(tree)) == ["清水县", "石桥镇", "李家村", "王家村"]


def test_keyboard_of_a_sample_stands_above_its_button(window):
    window.show_model(FORM_SAMPLES["28-text-name"])
    QApplication.processEvents()
    page = window.shell.page
    below = page.keyboard.mapTo(page, page.keyboard.rect().bottomLeft()).y()
    assert below < page.confirm.mapTo(page, page.confirm.rect().topLeft()).y()
