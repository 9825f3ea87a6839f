"""The keyboard under a finger, a mouse and real keys, on both screens."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from accessibility.input_method import CharacterFinder, PinyinEngine
from kiosk.ui.keyboard import NumberKeyboard, PinyinKeyboard
from kiosk.ui.keyboard.pinyin_keyboard import Panel
from tests.ui.conftest import LANDSCAPE
from tests.ui.keyboard_sample import choose, touch_letters

ENTER, SPACE, BACKSPACE = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Backspace


def offered(page):
    return [key.text() for key in page.keyboard.candidates.keys if key.isVisible()]


def test_name_is_written_by_touch_word_by_word(keyboard_page, touch):
    page = keyboard_page()
    touch_letters(touch, page, "wangguilan")
    assert offered(page)[0] == "王"
    touch(page.keyboard.candidates.keys[0])
    assert page.text == "王"
    assert offered(page)[0] == "桂兰"
    touch(page.keyboard.candidates.keys[0])
    assert page.text == "王桂兰"
    assert not page.keyboard.is_composing


def test_delete_takes_letters_back_first_and_the_pages_text_then(keyboard_page, touch):
    page = keyboard_page()
    page.show_text("李")
    touch_letters(touch, page, "li")
    delete = page.keyboard.letters.keys["delete"]
    touch(delete, delete)
    assert page.text == "李"
    touch(delete)
    assert page.text == ""


def test_second_page_of_words_is_turned_to_and_back(keyboard_page, touch):
    page = keyboard_page()
    touch_letters(touch, page, "wang")
    first = offered(page)
    bar = page.keyboard.candidates
    assert not bar.previous.isEnabled()
    touch(bar.next)
    second = offered(page)
    assert len(second) == 6
    assert not set(first) & set(second)
    touch(bar.keys[2])
    assert page.text == second[2]
    touch_letters(touch, page, "wang")
    touch(bar.next, bar.previous)
    assert offered(page) == first


def test_last_page_ends_the_list(keyboard_page, touch):
    page = keyboard_page()
    touch_letters(touch, page, "wang")
    bar = page.keyboard.candidates
    for _ in range(20):
        if bar.next.isEnabled():
            touch(bar.next)
    assert not bar.next.isEnabled()
    assert 1 <= len(offered(page)) <= 6


def test_bounce_of_a_trembling_finger_types_one_letter(keyboard_page, clock):
    page = keyboard_page()
    key = page.keyboard.letters.keys["l"]
    QTest.mouseClick(key, Qt.MouseButton.LeftButton)
    clock.move(0.1)
    QTest.mouseClick(key, Qt.MouseButton.LeftButton)
    assert page.keyboard.candidates.line.shown_words() == "l"


def test_character_is_written_by_strokes(keyboard_page, touch):
    page = keyboard_page()
    touch(page.keyboard.switches[Panel.STROKES])
    touch(*(page.keyboard.strokes.keys[stroke] for stroke in "13251"))
    assert page.keyboard.candidates.line.shown_words() == "一丿丨乙一"
    assert offered(page)[0] == "石"
    touch(page.keyboard.candidates.keys[0])
    assert page.text == "石"
    assert not page.keyboard.is_composing


def test_rare_character_is_written_by_its_parts_and_shown_by_its_code_point(keyboard_page, touch):
    page = keyboard_page()
    touch(page.keyboard.switches[Panel.PARTS])
    touch_letters(touch, page, "shishi")
    place = offered(page).index("U+7833")
    touch(page.keyboard.candidates.keys[place])
    assert page.text == "砳"


def test_character_is_found_by_radical_and_strokes(keyboard_page, touch, texts):
    page = keyboard_page()
    line = page.keyboard.candidates.line
    touch(page.keyboard.switches[Panel.RADICAL])
    assert line.shown_words() == texts.label("keyboard.hint.radical")
    choose(touch, page, "5")
    assert texts.label("keyboard.hint.radical_choose") in line.shown_words()
    choose(touch, page, "石")
    choose(touch, page, "4")
    assert line.shown_words() == "石 + 4画"
    wanted = offered(page).index("砖")
    touch(page.keyboard.candidates.keys[wanted])
    assert page.text == "砖"
    assert not page.keyboard.is_composing


def test_delete_goes_one_step_back_among_radicals(keyboard_page, touch):
    page = keyboard_page()
    page.show_text("李")
    line = page.keyboard.candidates.line
    touch(page.keyboard.switches[Panel.RADICAL])
    choose(touch, page, "3")
    choose(touch, page, "氵")
    choose(touch, page, "5")
    assert offered(page)[0] == "泛"
    touch(page.keyboard.radicals.delete)
    assert (offered(page), line.shown_words()[0]) == ([], "氵")
    touch(page.keyboard.radicals.delete)
    assert line.shown_words()[:2] == "3画"
    touch(page.keyboard.radicals.delete)
    assert not page.keyboard.is_composing
    assert page.text == "李"
    touch(page.keyboard.radicals.delete)
    assert page.text == ""


def test_more_radicals_than_places_are_reached_by_the_key_for_more(keyboard_page, touch):
    page = keyboard_page()
    panel = page.keyboard.radicals
    touch(page.keyboard.switches[Panel.RADICAL])
    choose(touch, page, "3")
    first = [key.text() for key in panel.keys if key.isVisible()]
    touch(panel.more)
    second = [key.text() for key in panel.keys if key.isVisible()]
    assert len(first) == 26
    assert second
    assert not set(first) & set(second)
    touch(panel.more)
    assert [key.text() for key in panel.keys if key.isVisible()] == first


def test_digits_and_dot_are_committed_at_once(keyboard_page, touch):
    page = keyboard_page()
    touch(page.keyboard.dot, page.keyboard.switches[Panel.DIGITS])
    touch(*(page.keyboard.digits.keys[sign] for sign in "10-2"))
    assert page.text == "·10-2"


def test_dot_waits_while_letters_are_typed(keyboard_page, touch):
    page = keyboard_page()
    touch_letters(touch, page, "wang")
    touch(page.keyboard.dot)
    assert page.text == ""
    assert page.keyboard.candidates.line.shown_words() == "wang"


def test_long_name_of_a_place_is_shown_by_its_ends_and_committed_whole(keyboard_page, touch):
    page = keyboard_page(LANDSCAPE)
    touch_letters(touch, page, "dabashantu")
    key = page.keyboard.candidates.keys[0]
    assert key.text() == "大巴山…自治县"
    assert key.accessibleName() == "大巴山土家族苗族自治县"
    touch(key)
    assert page.text == "大巴山土家族苗族自治县"


def test_nothing_found_is_said(keyboard_page, touch, texts):
    page = keyboard_page()
    touch_letters(touch, page, "uuu")
    assert offered(page) == []
    assert texts.label("keyboard.hint.nothing") in page.keyboard.candidates.line.shown_words()


def test_real_keyboard_writes_a_name(keyboard_page, press):
    page = keyboard_page()
    press(page.keyboard, *"wangguilan", SPACE, "1")
    assert page.text == "王桂兰"
    press(page.keyboard, BACKSPACE)
    assert page.text == "王桂"
    press(page.keyboard, ENTER)
    assert page.gone_on == 1


def test_digit_of_a_real_keyboard_picks_a_word_only_while_letters_are_typed(keyboard_page, press):
    page = keyboard_page()
    press(page.keyboard, *"li")
    second = offered(page)[1]
    press(page.keyboard, "2", "2", "5")
    assert page.text == second + "25"


def test_enter_commits_what_is_typed_before_it_goes_on(keyboard_page, press):
    page = keyboard_page()
    press(page.keyboard, *"yanglaojin", ENTER)
    assert (page.text, page.gone_on) == ("养老金", 0)
    press(page.keyboard, ENTER)
    assert page.gone_on == 1


def test_space_presses_the_focused_key_when_nothing_is_typed(keyboard_page, press):
    page = keyboard_page()
    key = page.keyboard.letters.keys["w"]
    key.setFocus(Qt.FocusReason.TabFocusReason)
    press(key, SPACE)
    assert page.keyboard.candidates.line.shown_words() == "w"
    first = offered(page)[0]
    press(key, SPACE)
    assert page.text == first


def test_enter_presses_no_key_after_typing_when_a_key_had_the_focus(keyboard_page, press):
    page = keyboard_page()
    key = page.keyboard.letters.keys["a"]
    key.setFocus(Qt.FocusReason.TabFocusReason)
    press(key, *"li")
    assert page.keyboard.hasFocus()
    press(page.keyboard, SPACE, ENTER)
    assert (page.text, page.gone_on) == ("李", 1)


def test_key_is_pressed_by_enter_when_it_was_reached_by_tab(keyboard_page, press):
    page = keyboard_page()
    key = page.keyboard.letters.keys["a"]
    key.setFocus(Qt.FocusReason.TabFocusReason)
    press(key, ENTER)
    assert page.keyboard.candidates.line.shown_words() == "a"


def test_page_keys_and_escape_work_on_a_real_keyboard(keyboard_page, press):
    page = keyboard_page()
    press(page.keyboard, *"wang")
    first = offered(page)
    press(page.keyboard, Qt.Key.Key_PageDown)
    assert offered(page) != first
    press(page.keyboard, Qt.Key.Key_PageUp)
    assert offered(page) == first
    press(page.keyboard, Qt.Key.Key_Escape)
    assert not page.keyboard.is_composing


def test_numeric_pad_writes_strokes_and_picks_with_enter(keyboard_page, press, touch):
    page = keyboard_page()
    touch(page.keyboard.switches[Panel.STROKES])
    press(page.keyboard, *"1121", Qt.Key.Key_Enter)
    assert page.text == "王"


def test_letter_of_a_real_keyboard_leaves_the_strokes(keyboard_page, press, touch):
    page = keyboard_page()
    touch(page.keyboard.switches[Panel.STROKES])
    press(page.keyboard, *"li")
    assert page.keyboard.candidates.line.shown_words() == "li"


@pytest.mark.parametrize("sign", [Qt.Key.Key_F1, Qt.Key.Key_Home, "%", "$"])
def test_other_keys_are_left_to_the_page(keyboard_page, press, sign):
    page = keyboard_page()
    press(page.keyboard, sign)
    assert page.text == ""


def test_settle_commits_every_word_that_is_left(keyboard_page, press):
    page = keyboard_page()
    press(page.keyboard, *"shebaokayanglaojin")
    page.keyboard.settle()
    assert page.text == "社保卡养老金"
    assert not page.keyboard.is_composing


def test_wipe_forgets_what_was_typed(keyboard_page, press, touch):
    page = keyboard_page()
    touch(page.keyboard.switches[Panel.PARTS])
    press(page.keyboard, *"shishi")
    page.keyboard.wipe()
    assert not page.keyboard.is_composing
    assert offered(page) == []
    assert page.keyboard.letters.isVisible()


def test_missing_table_is_said_and_digits_still_work(
    make_kit, qtbot, touch, tmp_path, texts, caplog
):
    engine = PinyinEngine(table=tmp_path / "none.sqlite")
    keyboard = PinyinKeyboard(make_kit(), engine, CharacterFinder(tmp_path / "none.sqlite"))
    qtbot.addWidget(keyboard)
    keyboard.resize(970, 900)
    keyboard.show()
    said = []
    keyboard.committed.connect(said.append)
    touch(keyboard.letters.keys["a"])
    assert keyboard.candidates.line.shown_words() == texts.label("keyboard.unusable")
    assert "ACC-401" in caplog.text
    touch(keyboard.switches[Panel.DIGITS], keyboard.digits.keys["7"])
    assert said == ["7"]


def test_number_keyboard_has_the_extra_signs_that_a_field_needs(make_kit, qtbot, touch):
    keyboard = NumberKeyboard(make_kit(), extra=".", has_double_zero=True)
    qtbot.addWidget(keyboard)
    keyboard.resize(900, 900)
    keyboard.show()
    said, deleted = [], []
    keyboard.committed.connect(said.append)
    keyboard.deleted.connect(lambda: deleted.append(1))
    touch(*(keyboard.keypad.keys[sign] for sign in ("5", "00", ".", "delete")))
    assert (said, deleted) == (["5", "00", "."], [1])
    boxes = [key.geometry() for key in keyboard.keypad.keys.values()]
    assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_keyboard_is_never_a_window_of_its_own(keyboard_page):
    page = keyboard_page()
    assert [part for part in page.keyboard.findChildren(QWidget) if part.isWindow()] == []
