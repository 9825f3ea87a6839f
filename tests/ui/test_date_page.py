"""Days, months and years: by touch, and by the digits of a numeric pad."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from accessibility.prompt import Prompt
from kiosk.flows import pages
from kiosk.flows.actions import Answered, Decline
from tests.ui.conftest import LANDSCAPE
from tests.ui.form_samples import ask


def test_date_is_changed_by_its_keys_and_confirmed(shown, click):
    page, acted = shown("22-date-birth")
    click(page.back)
    click(page.columns["year"].more)
    click(page.columns["month"].less)
    click(page.columns["day"].more)
    assert page.columns["year"].figure.digits == "1936"
    assert page.line.text() == "星期六"
    click(page.confirm)
    click(page.question.decline)
    assert acted == [Answered("1936-08-29"), Decline()]


def test_date_is_typed_on_a_numeric_pad(shown, pad):
    page, acted = shown("22-date-birth")
    pad("1936")
    assert [page.columns[part].figure.digits for part in page.columns] == ["1936", "––", "––"]
    assert not page.confirm.isEnabled()
    pad("\r0830\r")
    assert acted == [Answered("1936-08-30")]


def test_digits_are_taken_back_one_by_one(shown, pad, window):
    page, acted = shown("22-date-birth")
    pad("19")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backspace)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backspace)
    pad("\r")
    assert acted == []
    assert page.columns["year"].figure.digits == "1945"
    assert page.confirm.isEnabled()


@pytest.mark.parametrize(
    ("digits_typed", "words"),
    [
        ("20260230", "没有这一天，请再输一遍"),
        ("20260715", "最晚是2026年7月14日"),
        ("18991231", "最早是1900年1月1日"),
    ],
)
def test_impossible_date_is_said_and_the_last_one_stays(shown, pad, digits_typed, words):
    page, _ = shown("22-date-birth")
    pad(digits_typed)
    QApplication.processEvents()
    assert page.line.text() == words
    assert not page.line.is_cut()
    assert page.pick.text == "1945-09-28"


def test_keys_at_the_limits_do_not_work(shown):
    page, _ = shown("22-date-month")
    assert page.columns["year"].more.isEnabled()
    assert not page.columns["year"].less.isEnabled()
    assert not page.columns["day"].isVisible()
    assert not page.decades.isVisible()


def test_month_and_year_are_answered_in_their_own_form(shown, click):
    page, acted = shown("22-date-month")
    click(page.columns["month"].more)
    click(page.confirm)
    page, _ = shown("22-date-year")
    click(page.columns["year"].less)
    click(page.confirm)
    assert acted == [Answered("2026-11"), Answered("2025")]


def test_rejected_date_stays_and_another_question_starts_anew(shown, click):
    page, _ = shown("22-date-birth")
    click(page.columns["day"].more)
    limits = {"earliest": "1900-01-01", "latest": "2026-07-14"}
    shown(pages.DatePage(**ask("birth"), **limits, is_rejected=True))
    assert page.pick.text == "1945-09-29"
    shown(pages.DatePage(Prompt("sample.month"), place_key="x", **limits, is_rejected=True))
    assert page.pick.text == "2026-07-14"


def test_date_survives_a_change_of_the_window(window, shown, click):
    page, _ = shown("22-date-birth")
    click(page.columns["day"].more)
    window.resize(LANDSCAPE.width_px // 2, LANDSCAPE.height_px // 2)
    window.relayout()
    assert window.shell.page.pick.text == "1945-09-29"
