"""What grew on the pages between two visits, of the tiles, of help and of the receipt."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.flows import actions
from tests.ui.conftest import PORTRAIT
from tests.ui.more_samples import FULL_RECEIPT
from tests.ui.sample_pages import SAMPLES


@pytest.fixture
def shown(make_window, clock):
    """A page of a window, and the actions that it emits."""

    def show(model):
        window = make_window(PORTRAIT)
        acted = []
        window.acted.connect(acted.append)
        window.show_model(model)
        clock.move(1)
        return window.shell.page, acted

    return show


def click(button, clock):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    clock.move(1)


def test_welcome_offers_practice_only_where_it_is_possible(shown, clock):
    page, acted = shown(SAMPLES["20-welcome-practise"])
    click(page.practise, clock)
    QTest.mouseClick(page, Qt.MouseButton.LeftButton, pos=QPoint(500, 700))
    assert acted == [actions.BeginPractice(), actions.Begin()]
    assert page.practise.drawn_box().height() < page.begin.drawn_box().height()
    page.show_model(SAMPLES["01-welcome"])
    assert not page.practise.isVisible()


def test_category_is_chosen_like_a_service(shown, clock):
    page, acted = shown(SAMPLES["20-services-categories"])
    assert [tile.text() for tile in page.tiles][:2] == ["养老", "医保"]
    click(page.tiles[1], clock)
    assert acted == [actions.ChooseService("category.medical")]


def test_note_below_the_tiles_is_shown_and_forgotten(shown):
    page, _ = shown(SAMPLES["20-services-note"])
    assert page.note.text() == "已练3项，共23项"
    page.wipe()
    assert page.note.text() == ""
    page.show_model(SAMPLES["20-services-categories"])
    assert not page.note.isVisible()


def test_receipt_prints_and_proposes_what_else_there_is(shown, clock):
    page, acted = shown(SAMPLES["21-receipt-full"])
    assert page.note.text() == "卡还没有挂失，中心确认了才算挂失。"
    click(page.print, clock)
    click(page.hints, clock)
    click(page.finish, clock)
    assert acted == [actions.PrintPage(), actions.Choose("hints"), actions.Finish()]


@pytest.mark.parametrize(
    ("state", "words", "is_enabled"),
    [
        ("", "打印回执", True),
        ("printing", "正在打印", False),
        ("printed", "打好了，再打一张", True),
        ("failed", "没打出来，再打", True),
    ],
)
def test_print_button_says_its_state(shown, clock, state, words, is_enabled):
    page, acted = shown(replace(FULL_RECEIPT, print_state=state))
    assert page.print.text() == words
    click(page.print, clock)
    assert acted == ([actions.PrintPage()] if is_enabled else [])


def test_receipt_without_printer_and_hints_has_one_button(shown):
    page, _ = shown(SAMPLES["11-receipt"])
    assert not page.print.isVisible()
    assert not page.hints.isVisible()
    assert not page.note.isVisible()


def test_what_was_filled_in_can_be_kept_for_another_day(shown, clock):
    page, acted = shown(SAMPLES["22-help-save"])
    click(page.save, clock)
    assert acted == [actions.SaveForLater()]
    page.show_model(SAMPLES["14-help"])
    assert not page.save.isVisible()
