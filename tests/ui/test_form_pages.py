"""A finger, a keyboard or a numeric pad on every page of a form."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from accessibility.prompt import Prompt
from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    Choose,
    Confirm,
    Decline,
    EditLine,
    Finish,
    PrintPage,
    TurnPage,
)
from kiosk.ui.pages.digits_page import card_places, phone_places, with_amount_sign
from tests.ui.conftest import LANDSCAPE
from tests.ui.form_samples import FORM_SAMPLES, answer, ask
from tests.ui.test_main_window import all_words

# -- choices


def test_choice_emits_the_value_that_is_touched(shown, click):
    page, acted = shown("20-choice-6")
    click(page.options[4])
    assert acted == [Answered("grandchild")]


def test_choice_is_made_by_the_digit_of_a_numeric_pad(shown, pad):
    _, acted = shown("20-choice-6")
    pad("2")
    assert acted == [Answered("spouse")]


def test_digit_without_a_choice_does_nothing(shown, pad):
    _, acted = shown("20-choice-2")
    pad("3670")
    assert acted == []


def test_list_turns_its_page_by_touch_and_by_zero(shown, click, pad):
    page, acted = shown("20-choice-5-more")
    click(page.more)
    pad("0")
    assert acted == [TurnPage(), TurnPage()]
    assert page.page_words.text() == "第2页，共4页"
    assert page.question.crumbs.text() == "清水县 › 石桥镇"


def test_present_answer_is_marked_and_named_and_has_the_keyboard(shown, window):
    page, _ = shown("20-choice-4")
    chosen = page.options[1]
    assert [button.content.is_chosen for button in page.options] == [False, True, False, False]
    assert chosen.accessibleName() == "每年 500 元，已经选了"
    assert window.focusWidget() is chosen
    assert page.question.old.text() == "原来：每年 200 元"


def test_yes_and_no_are_equal_tiles_beside_each_other(shown, click):
    page, acted = shown("20-choice-yes-no")
    QApplication.processEvents()
    yes, no = page.options
    assert yes.size() == no.size()
    assert yes.y() == no.y()
    click(no)
    click(page.question.decline)
    assert acted == [Answered("no"), Decline()]


def test_question_that_must_be_answered_offers_no_way_around(shown):
    page, _ = shown("20-choice-6")
    assert not page.question.decline.isVisible()
    assert not page.more.isVisible()


# -- numbers


def digits(kind, **more):
    return pages.DigitsPage(**ask("phone"), kind=kind, **more)


@pytest.mark.parametrize(
    ("kind", "longest", "signs"),
    [
        ("citizen_id", 18, "42010619450903002X"),
        ("phone", 12, "13800138000"),
        ("phone", 12, "093855501423"),
        ("bank_card", 19, "6217000010001234567"),
        ("money", 11, "1234.5"),
        ("number", 2, "15"),
    ],
)
def test_number_is_typed_on_the_keypad_of_the_page(shown, click, kind, longest, signs):
    page, acted = shown(digits(kind, longest=longest))
    for sign in signs:
        click(page.keypad.keys[sign])
    click(page.confirm)
    assert acted == [Answered(signs)]


def test_number_is_typed_on_a_numeric_pad_and_enter_goes_on(shown, pad):
    _, acted = shown(digits("phone", longest=12))
    pad("13800138000\r")
    assert acted == [Answered("13800138000")]


def test_enter_before_the_number_is_long_enough_types_nothing(shown, pad):
    page, acted = shown(digits("phone", longest=12))
    pad("138\r")
    assert page.typed == "138"
    assert acted == []


def test_number_that_was_known_is_there_to_be_kept(shown, click):
    page, acted = shown(digits("phone", longest=12, value="0938-5550142"))
    click(page.confirm)
    assert acted == [Answered("09385550142")]


def test_rejected_number_stays_and_the_next_question_starts_empty(shown, pad):
    page, _ = shown(digits("phone", longest=12, value="139"))
    pad("12345678")
    shown(digits("phone", longest=12, value="139", is_rejected=True))
    assert page.typed == "13912345678"
    shown(pages.DigitsPage(Prompt("sample.money"), place_key="money", kind="money"))
    assert page.typed == ""
    shown(pages.DigitsPage(Prompt("sample.money"), place_key="other", is_rejected=True))
    assert page.typed == ""


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("", (3, 4, 4)),
        ("138", (3, 4, 4)),
        ("010", (3, 8)),
        ("027", (3, 8)),
        ("0938", (4, 8)),
    ],
)
def test_telephone_is_grouped_as_it_is_read(typed, places):
    assert phone_places(typed, 12) == places


def test_bank_card_is_grouped_in_fours():
    assert card_places(19) == (4, 4, 4, 4, 3)
    assert card_places(16) == (4, 4, 4, 4)


def test_nothing_is_taken_that_would_not_be_seen(shown, pad):
    page, _ = shown(digits("phone", longest=12))
    pad("1380013800077")
    assert page.typed == "13800138000"


@pytest.mark.parametrize(
    ("signs", "typed"),
    [
        ("007", "7"),
        (".5", "0.5"),
        ("12.345", "12.34"),
        ("1.2.3", "1.23"),
        ("0.05", "0.05"),
        ("123456789012", "12345678901"),
    ],
)
def test_amount_takes_only_what_is_an_amount(signs, typed):
    shown_now = ""
    for sign in signs:
        shown_now = with_amount_sign(shown_now, sign, 11, has_fraction=True)
    assert shown_now == typed


def test_amount_is_read_back_in_words(shown, pad):
    page, acted = shown(digits("money", longest=11, unit="元"))
    pad("1234.5")
    assert page.words.text() == "一千二百三十四元五角"
    assert page.figure.accessibleName() == "金额 1234.5元"
    page, _ = shown(digits("money", longest=11, unit="元"))
    pad("12.\r")
    assert acted == [Answered("12")]


def test_keys_stay_where_they_are_when_the_first_digit_is_typed(shown, click):
    page, _ = shown(digits("money", longest=11, unit="元"))
    QApplication.processEvents()
    before = page.keypad.geometry()
    click(page.keypad.keys["7"])
    QApplication.processEvents()
    assert page.words.text() == "七元"
    assert page.keypad.geometry() == before


def test_count_has_its_unit(shown, pad):
    page, _ = shown(digits("number", longest=2, unit="年"))
    pad("2")
    assert page.words.text() == "两年"


# -- papers, groups, review, answer, hints


def test_papers_are_taken_now_or_brought_later_with_equal_buttons(shown, click):
    page, acted = shown("23-files")
    QApplication.processEvents()
    assert page.now.size() == page.later.size()
    assert page.now.look is page.later.look
    click(page.now)
    click(page.later)
    assert acted == [Answered("now"), Answered("later")]


def test_papers_come_later_where_there_is_no_camera(shown):
    page, _ = shown("23-files-no-camera")
    assert not page.now.isVisible()
    assert page.later.isVisible()


def test_group_adds_removes_and_ends(shown, click):
    page, acted = shown("24-group-6")
    assert page.add.text() == "再加一个家庭成员"
    assert page.earlier.text() == "前面还有1个"
    for button in (page.add, page.remove, page.done):
        click(button)
    assert acted == [Choose("add"), Choose("remove"), Choose("done")]


def test_group_offers_only_what_is_possible(shown):
    page, _ = shown("24-group-none")
    assert page.add.text() == "加一个家人"
    assert page.done.text() == "没有"
    assert not page.remove.isVisible()
    page, _ = shown("24-group-full")
    assert not page.add.isVisible()
    page, _ = shown(pages.GroupPage(**ask("group"), item_title="家人", can_finish=False))
    assert not page.done.isVisible()


def test_every_line_of_the_review_can_be_touched_anywhere(shown, click):
    page, acted = shown("25-form-review")
    QTest.mouseClick(page.rows[1], Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    click(page.rows[3])
    assert acted[0] == EditLine("phone")
    assert page.rows[1].accessibleName() == "电话：138****8000，可以改"


def test_line_that_cannot_be_changed_is_no_button(shown, click):
    page, acted = shown("25-form-review-last")
    click(page.rows[0])
    assert acted == []
    assert page.rows[0].accessibleName() == "姓名：欧阳*国"


def test_review_is_submitted_on_its_last_page_only(shown, click):
    page, acted = shown("25-form-review")
    assert (page.submit.isVisible(), page.previous.isVisible()) == (False, False)
    click(page.next)
    page, _ = shown("25-form-review-last")
    assert not page.next.isVisible()
    click(page.previous)
    click(page.submit)
    assert acted == [TurnPage(), TurnPage(is_back=True), Confirm()]
    assert page.page_words.text() == "第3页，共3页"


def test_every_line_of_the_review_is_reached_by_keyboard(shown, window, clock):
    page, acted = shown("25-form-review")
    assert window.focusWidget() is page.next
    reached = set()
    for _ in range(9):
        reached.add(window.focusWidget())
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    assert {*page.rows, page.next} <= reached
    page.rows[2].setFocus()
    QTest.keyClick(page.rows[2], Qt.Key.Key_Return)
    assert acted == [EditLine("bank_card")]


def test_answer_is_printed_asked_about_turned_and_ended(shown, click):
    page, acted = shown("26-answer-failed")
    for button in (page.print, page.choices[0], page.more, page.finish):
        click(button)
    assert acted == [PrintPage(), Choose("ask"), TurnPage(), Finish()]
    assert page.figure.digits == "12,345.67元"
    assert page.head.text() == "养老金查询 · 2026年6月"


@pytest.mark.parametrize(
    ("state", "words", "works"),
    [
        ("", "打印出来", True),
        ("printing", "正在打印", False),
        ("printed", "打好了", False),
        ("failed", "没打出来，再打一次", True),
    ],
)
def test_print_button_says_how_far_the_printing_is(shown, state, words, works):
    page, _ = shown(answer(can_print=True, print_state=state))
    assert page.print.text() == words
    assert page.print.isEnabled() is works


@pytest.mark.parametrize("name", ["26-answer", "26-answer-text", "26-answer-failed"])
def test_answer_always_says_how_old_it_is(shown, name):
    page, _ = shown(name)
    QApplication.processEvents()
    assert page.as_of.text() == "截至 2026年11月23日，以后的变动这里还没有"
    assert page.as_of.isVisible()
    assert page.as_of.size_px >= page.kit.tokens.body


def test_hint_is_taken_or_all_are_put_away_with_one_touch(shown, click):
    page, acted = shown("27-hints")
    click(page.cards[1])
    click(page.none)
    assert acted == [Choose("elderly"), Decline()]
    assert page.cards[2].accessibleName() == "社保卡换新卡：您的卡到明年三月就过期了。"


# -- what stays and what goes


def test_what_was_typed_survives_a_change_of_the_window(window, shown, pad):
    shown(digits("money", longest=11, unit="元"))
    pad("12.5")
    window.resize(LANDSCAPE.width_px // 2, LANDSCAPE.height_px // 2)
    window.relayout()
    assert window.shell.page.typed == "12.5"
    assert window.shell.page.words.text() == "十二元五角"


PERSONAL = (
    "清水县中西医结合医院",
    "石桥镇",
    "139****4321",
    "42010619450903002X",
    "98765432.05",
    "九千八百七十六万",
    "1946年1月2日",
    "1945",
    "医院发票",
    "买买提",
    "上王家堡子村",
    "139****4321",
    "12,345.67",
    "个人账户",
    "2026年11月23日",
    "快到六十岁",
    "阿卜杜热合曼",
    "石桥镇中心卫生院",
)


def test_nothing_of_a_form_is_left_in_any_widget_when_the_window_is_wiped(window):
    seen = ""
    for model in FORM_SAMPLES.values():
        window.show_model(model)
        seen += all_words(window)
    assert [marker for marker in PERSONAL if marker not in seen] == []
    window.wipe()
    window.show_model(pages.WelcomePage(Prompt("welcome")))
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete: rows that were taken out
    words = all_words(window)
    assert [marker for marker in PERSONAL if marker in words] == []
