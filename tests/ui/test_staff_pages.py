"""Staff sign in with a finger or a numeric pad."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kiosk.flows.actions import CallStaff, Decline, StaffTyped
from kiosk.ui.widgets.keypad import DELETE
from tests.ui.staff_samples import STAFF_SAMPLES


def test_help_page_shows_the_button_for_staff_only_when_it_is_told_to(shown, click):
    page, acted = shown(STAFF_SAMPLES["30-help-staff"])
    click(page.staff)
    assert acted == [CallStaff()]
    page, _ = shown(replace(STAFF_SAMPLES["30-help-staff"], has_staff=False))
    assert not page.staff.isVisible()


def test_number_then_pin_are_typed_on_one_keypad(shown, click):
    page, acted = shown(STAFF_SAMPLES["30-staff-sign-in"])
    assert not page.confirm.isEnabled()
    for sign in "2041":
        click(page.keypad.keys[sign])
    assert page.slots.accessibleName().endswith("2041")
    click(page.confirm)
    assert acted == []
    for sign in "280617":
        assert not page.confirm.isEnabled()
        click(page.keypad.keys[sign])
    assert page.pin_slots.accessibleName().endswith("6")
    assert "280617" not in page.pin_slots.accessibleName()
    click(page.confirm)
    assert acted == [StaffTyped("2041", "280617")]
    assert (page.number, page.typed, page.is_at_pin) == ("", "", False)


def test_deleting_an_empty_pin_leads_back_to_the_number(shown, click):
    page, _ = shown(STAFF_SAMPLES["30-staff-sign-in"])
    for sign in "2041":
        click(page.keypad.keys[sign])
    click(page.confirm)
    click(page.keypad.keys[DELETE])
    assert (page.typed, page.is_at_pin) == ("2041", False)


def test_numeric_pad_does_the_same(shown, pad):
    page, acted = shown(STAFF_SAMPLES["30-staff-sign-in"])
    page.first_control().setFocus()
    pad("2041\r280617\r")
    assert acted == [StaffTyped("2041", "280617")]
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert len(acted) == 1


def test_leaving_is_offered_only_where_the_visit_waits_for_staff(shown, click):
    page, _ = shown(STAFF_SAMPLES["30-staff-sign-in"])
    assert not page.leave.isVisible()
    page, acted = shown(STAFF_SAMPLES["30-staff-sign-in-second"])
    click(page.leave)
    assert acted == [Decline()]


def test_nothing_typed_survives_the_page_or_the_visit(shown, click):
    page, _ = shown(STAFF_SAMPLES["30-staff-sign-in"])
    for sign in "20410815":
        click(page.keypad.keys[sign])
    click(page.confirm)
    click(page.keypad.keys["7"])
    assert page.draft() == ""
    page.wipe()
    assert (page.number, page.typed, page.is_at_pin) == ("", "", False)
    assert "2041" not in page.slots.accessibleName()
