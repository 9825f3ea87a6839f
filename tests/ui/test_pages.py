"""One visit of a finger, or of the keyboard, to every page."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from accessibility.prompt import Prompt
from kiosk.flows import actions, pages
from kiosk.services.ports import FaceAdvice
from tests.ui import fakes
from tests.ui.conftest import PORTRAIT
from tests.ui.sample_pages import SAMPLES, STAGE, receipt

NUMBER = "42010619450903002X"


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


def test_welcome_begins_wherever_it_is_touched(shown, clock):
    page, acted = shown(SAMPLES["01-welcome"])
    QTest.mouseClick(page, Qt.MouseButton.LeftButton, pos=QPoint(500, 700))
    clock.move(1)
    click(page.begin, clock)
    assert acted == [actions.Begin(), actions.Begin()]
    assert page.time.text() == "09:30"
    assert page.date.text() == "7月14日 星期二"


def test_services_emit_the_tile_that_is_touched(shown, clock):
    page, acted = shown(SAMPLES["02-services-6"])
    click(page.tiles[4], clock)
    assert acted == [actions.ChooseService("service.4")]


def test_identify_offers_the_keypad(shown, clock):
    page, acted = shown(SAMPLES["03-identify"])
    click(page.type_number, clock)
    assert acted == [actions.UseCitizenNumber()]


def test_citizen_number_is_typed_on_the_keypad(shown, clock):
    page, acted = shown(pages.CitizenNumberPage(Prompt("citizen_number")))
    click(page.keypad.keys["7"], clock)
    click(page.keypad.keys["delete"], clock)
    for sign in NUMBER[:-1]:
        click(page.keypad.keys[sign], clock)
    assert not page.confirm.isEnabled()
    click(page.keypad.keys["X"], clock)
    click(page.keypad.keys["1"], clock)  # there is no nineteenth place
    click(page.confirm, clock)
    assert acted == [actions.CitizenNumberTyped(NUMBER)]


def test_citizen_number_is_typed_on_a_real_keyboard(shown, clock):
    page, acted = shown(pages.CitizenNumberPage(Prompt("citizen_number")))
    for sign in NUMBER.lower():
        QTest.keyClick(page.keypad.keys["1"], sign)
        clock.move(0.3)
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert acted == [actions.CitizenNumberTyped(NUMBER)]


def test_rejected_number_stays_for_correction(shown, clock):
    page, _ = shown(pages.CitizenNumberPage(Prompt("citizen_number")))
    for sign in "123":
        click(page.keypad.keys[sign], clock)
    page.show_model(SAMPLES["04-citizen-number"])
    assert page.typed == "123"
    page.show_model(pages.CitizenNumberPage(Prompt("citizen_number")))
    assert page.typed == ""


def test_person_says_yes_or_no(shown, clock):
    page, acted = shown(SAMPLES["05-confirm-person"])
    click(page.yes, clock)
    click(page.no, clock)
    assert acted == [actions.Confirm(), actions.Decline()]


def test_refusing_consent_is_as_easy_as_giving_it(shown, clock):
    page, acted = shown(SAMPLES["06-consent"])
    assert page.agree.size() == page.refuse.size()
    assert page.agree.look is page.refuse.look
    click(page.agree, clock)
    click(page.refuse, clock)
    assert acted == [actions.Confirm(), actions.Decline()]


def test_camera_page_shows_the_picture_and_offers_another_way(shown, clock):
    page, acted = shown(SAMPLES["07-face-check"])
    page.show_face(fakes.face_view(FaceAdvice.SEVERAL_FACES, 0.5))
    assert page.preview.has_image
    assert page.advice.text() == "请一个人"
    click(page.other_way, clock)
    assert acted == [actions.OtherWay()]


def test_card_page_offers_a_way_without_a_card(shown, clock):
    page, acted = shown(SAMPLES["08-card"])
    click(page.no_card, clock)
    assert acted == [actions.Decline()]


def test_pin_is_emitted_once_and_forgotten(shown, clock):
    page, acted = shown(SAMPLES["09-pin"])
    for sign in "112233":
        click(page.keypad.keys[sign], clock)
    assert "1" not in page.slots.accessibleName()
    click(page.confirm, clock)
    assert acted == [actions.PinTyped("112233")]
    assert page.typed == ""
    click(page.forgotten, clock)
    assert acted[-1] == actions.Decline()


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (STAGE.ACCEPTED, "已受理，还没有办结"),
        (STAGE.DELIVERED, "已送到中心，还没有办结"),
        (STAGE.DECIDED, "已经办结"),
        (STAGE.NEEDS_CORRECTION, "需要补正，请找工作人员"),
    ],
)
def test_receipt_says_its_stage_in_words(shown, clock, stage, words):
    page, acted = shown(receipt(stage))
    assert page.stage.text() == words
    assert page.track.accessibleName() == words
    click(page.finish, clock)
    assert acted == [actions.Finish()]


def test_provisional_receipt_says_that_somebody_must_verify(shown):
    page, _ = shown(SAMPLES["11-receipt-provisional"])
    assert page.stage.text() == "已登记，等工作人员核实"


def test_progress_shows_every_request(shown, clock):
    page, acted = shown(SAMPLES["12-progress-4"])
    assert len(page.cards) == 4
    click(page.finish, clock)
    assert acted == [actions.Finish()]


def test_notice_offers_its_ways_and_the_end(shown, clock):
    page, acted = shown(SAMPLES["13-notice"])
    click(page.choices[1], clock)
    click(page.finish, clock)
    assert acted == [actions.Choose("register_first"), actions.Finish()]


def test_help_leads_back_or_to_the_end(shown, clock):
    page, acted = shown(SAMPLES["14-help"])
    click(page.go_on, clock)
    click(page.finish, clock)
    assert acted == [actions.GoBack(), actions.Finish()]
    assert page.phone.text() == "0938-555 0142"


def test_out_of_service_tells_staff_the_code(shown):
    page, acted = shown(SAMPLES["15-out-of-service"])
    assert page.code.text() == "代码 KSK-201"
    assert acted == []


def test_second_tap_within_half_a_second_is_ignored(shown, clock):
    page, acted = shown(SAMPLES["05-confirm-person"])
    QTest.mouseClick(page.yes, Qt.MouseButton.LeftButton)
    clock.move(0.4)
    QTest.mouseClick(page.no, Qt.MouseButton.LeftButton)
    assert acted == [actions.Confirm()]
    clock.move(0.2)
    QTest.mouseClick(page.no, Qt.MouseButton.LeftButton)
    assert acted == [actions.Confirm(), actions.Decline()]


def test_keypad_takes_eleven_but_not_a_bounce(shown, clock):
    page, _ = shown(pages.CitizenNumberPage(Prompt("citizen_number")))
    QTest.mouseClick(page.keypad.keys["1"], Qt.MouseButton.LeftButton)
    clock.move(0.1)
    QTest.mouseClick(page.keypad.keys["1"], Qt.MouseButton.LeftButton)
    assert page.typed == "1"
    clock.move(0.3)
    QTest.mouseClick(page.keypad.keys["1"], Qt.MouseButton.LeftButton)
    assert page.typed == "11"


def test_button_acts_on_release_and_not_when_the_finger_slides_off(shown):
    page, acted = shown(SAMPLES["05-confirm-person"])
    QTest.mousePress(page.yes, Qt.MouseButton.LeftButton)
    assert acted == []
    QTest.mouseRelease(page.yes, Qt.MouseButton.LeftButton, pos=QPoint(-200, -200))
    assert acted == []


def test_every_control_is_reached_and_worked_by_keyboard(make_window, clock):
    window = make_window(PORTRAIT)
    acted = []
    window.acted.connect(acted.append)
    window.show_model(SAMPLES["05-confirm-person"])
    clock.move(1)
    page = window.shell.page
    reached = {window.focusWidget()}
    for _ in range(4):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
        reached.add(window.focusWidget())
    bar = window.shell.bar
    assert reached == {page.yes, page.no, bar.back, bar.repeat, bar.help}
    page.no.setFocus()
    QTest.keyClick(page.no, Qt.Key.Key_Return)
    clock.move(1)
    QTest.keyClick(page.no, Qt.Key.Key_Space)
    assert acted == [actions.Decline(), actions.Decline()]


def test_focus_ring_is_drawn_for_the_keyboard_only(shown):
    page, _ = shown(SAMPLES["05-confirm-person"])
    window = page.window()
    window.activateWindow()
    QTest.mousePress(window.shell.strip, Qt.MouseButton.LeftButton)
    page.yes.setFocus()
    assert not page.yes.has_ring
    QTest.keyClick(page.yes, Qt.Key.Key_Down)
    assert page.no.has_ring
