"""A finger, a keyboard or a numeric pad on every page of a form."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from accessibility.prompt import Prompt
from kiosk.flows import pages
from kiosk.flows.actions import Answered, Decline, TurnPage
from kiosk.ui.pages.digits_page import card_places, phone_places, with_amount_sign
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.form_samples import FORM_SAMPLES, ask
from tests.ui.test_main_window import all_words


@pytest.fixture
def window(make_window):
    return make_window(PORTRAIT)


@pytest.fixture
def shown(window, clock):
    """A page of a window, and the actions that it emits."""
    acted = []
    window.acted.connect(acted.append)

    def show(model):
        window.show_model(FORM_SAMPLES[model] if isinstance(model, str) else model)
        clock.move(1)
        return window.shell.page, acted

    return show


@pytest.fixture
def click(clock):
    def act(button):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        clock.move(1)

    return act


@pytest.fixture
def pad(window, clock):
    """Types on a numeric pad: keys go to whatever has the focus, as they do from a real one."""

    def act(signs):
        for sign in signs:
            target = window.focusWidget() or window
            QTest.keyClick(target, Qt.Key.Key_Return if sign == "\r" else sign)
            clock.move(1)

    return act


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
