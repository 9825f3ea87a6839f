"""Signing with a finger and with a mouse: the ink, and nothing but the ink."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.domain.fields.signature import check_signature
from kiosk.flows import actions
from kiosk.flows import pages as m
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.form_samples import ask
from tests.ui.sample_pages import SAMPLES

SIGNATURE = SAMPLES["24-signature"]
ZIGZAG = [(0.2, 0.3), (0.35, 0.6), (0.5, 0.3), (0.65, 0.6), (0.8, 0.3)]


@pytest.fixture(scope="module")
def screen_touched():
    return QTest.createTouchDevice()


@pytest.fixture
def shown(make_window, clock):
    def show(model=SIGNATURE, screen=PORTRAIT):
        window = make_window(screen)
        acted = []
        window.acted.connect(acted.append)
        window.show_model(model)
        QApplication.processEvents()
        clock.move(1)
        return window.shell.page, acted

    return show


def places(pad, shares):
    room = pad.field()
    return [
        QPoint(round(room.left() + x * room.width()), round(room.top() + y * room.height()))
        for x, y in shares
    ]


def draw(pad, shares=ZIGZAG):
    first, *others = places(pad, shares)
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=first)
    for place in others:
        QTest.mouseMove(pad, place)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=others[-1] if others else first)


def click(button, clock):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    clock.move(1)


@pytest.mark.parametrize("screen", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_mouse_draws_whole_numbers_that_a_signature_may_have(shown, clock, screen):
    page, acted = shown(screen=screen)
    assert not page.done.isEnabled()
    draw(page.pad)
    click(page.done, clock)
    strokes = acted[0].value
    assert len(strokes) == 1
    assert all(type(n) is int and 0 <= n <= 1000 for point in strokes[0] for n in point)
    assert check_signature(strokes) == strokes


def test_ink_keeps_its_proportions(shown, clock):
    page, acted = shown(screen=LANDSCAPE)
    room = page.pad.field()
    draw(page.pad, [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
    click(page.done, clock)
    right, bottom = acted[0].value[0][-1]
    assert right == pytest.approx(1000, abs=2)
    assert bottom == pytest.approx(1000 * room.height() / room.width(), abs=2)


def test_finger_draws_and_a_resting_hand_does_not(shown, clock, screen_touched):
    page, acted = shown()
    pad = page.pad
    path = places(pad, ZIGZAG)
    hand = places(pad, [(0.9, 0.9)])[0]
    QTest.touchEvent(pad, screen_touched).press(0, path[0], pad)
    for place in path[1:]:
        QTest.touchEvent(pad, screen_touched).move(0, place, pad)
    QTest.touchEvent(pad, screen_touched).stationary(0).press(1, hand, pad)
    QTest.touchEvent(pad, screen_touched).stationary(0).move(1, hand - QPoint(80, 0), pad)
    QTest.touchEvent(pad, screen_touched).stationary(0).release(1, hand, pad)
    QTest.touchEvent(pad, screen_touched).release(0, path[-1], pad)
    click(page.done, clock)
    assert len(acted[0].value) == 1
    assert len(acted[0].value[0]) == len(ZIGZAG)


def test_two_strokes_are_two_strokes(shown, clock):
    page, acted = shown()
    draw(page.pad, ZIGZAG[:3])
    draw(page.pad, ZIGZAG[2:])
    click(page.done, clock)
    assert [len(stroke) for stroke in acted[0].value] == [3, 3]


def test_stroke_that_leaves_the_field_ends_at_its_edge_and_presses_nothing(shown, clock):
    page, acted = shown()
    pad = page.pad
    over = page.cannot.mapTo(page, page.cannot.rect().center())
    start = places(pad, [(0.5, 0.5)])[0]
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=start)
    there = pad.mapFrom(page, over)
    QTest.mouseMove(pad, there)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=there)
    clock.move(1)
    assert acted == []
    click(page.done, clock)
    room = pad.field()
    bottom = acted[0].value[0][-1][1]
    assert bottom == round(1000 * room.height() / max(room.width(), room.height()))


def test_writing_anew_takes_the_ink_away(shown, clock):
    page, acted = shown()
    draw(page.pad)
    click(page.clear, clock)
    assert not page.pad.has_ink
    assert not page.done.isEnabled()
    click(page.done, clock)
    assert acted == []


def test_who_cannot_write_has_a_button_as_large_as_the_other(shown, clock):
    page, acted = shown()
    assert page.cannot.size() == page.done.size()
    click(page.cannot, clock)
    assert acted == [actions.Decline()]


def test_enter_alone_says_nothing_for_anybody(shown):
    page, acted = shown()
    QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Return)
    assert acted == []


def test_every_button_is_reached_by_keyboard(shown, clock):
    page, acted = shown()
    draw(page.pad)
    reached = {page.window().focusWidget()}
    for _ in range(6):
        QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
        reached.add(page.window().focusWidget())
    assert {page.pad, page.clear, page.done, page.cannot} <= reached
    page.done.setFocus()
    QTest.keyClick(page.done, Qt.Key.Key_Return)
    assert isinstance(acted[0], actions.Answered)


def test_rejected_signature_stays_and_another_starts_empty(shown):
    page, _ = shown()
    draw(page.pad)
    page.show_model(m.SignaturePage(**ask("signature"), is_rejected=True))
    assert page.pad.has_ink
    page.show_model(SIGNATURE)
    assert not page.pad.has_ink


def test_ink_survives_a_change_of_the_windows_size_and_no_wipe(make_window, clock):
    window = make_window(PORTRAIT)
    window.show_model(SIGNATURE)
    QApplication.processEvents()
    draw(window.shell.page.pad)
    before = window.shell.page.pad.strokes()
    window.resize(960, 540)
    window.relayout()
    assert window.shell.page.pad.strokes() == before
    window.wipe()
    assert not window.shell.page.pad.has_ink


def test_endless_scribbling_stays_within_what_a_signature_may_have(shown, clock):
    page, acted = shown()
    room = page.pad.field()
    QTest.mousePress(page.pad, Qt.MouseButton.LeftButton, pos=room.center().toPoint())
    for number in range(4200):
        x = room.left() + (number * 37) % room.width()
        y = room.top() + (number * 53) % room.height()
        page.pad._go_on(QPointF(x, y))  # as many events would only cost time
    QTest.mouseRelease(page.pad, Qt.MouseButton.LeftButton, pos=room.center().toPoint())
    click(page.done, clock)
    assert len(acted[0].value[0]) == 3800
    assert check_signature(acted[0].value)


def test_ink_is_drawn_where_the_finger_was(shown):
    page, _ = shown()
    pad = page.pad
    draw(pad, [(0.2, 0.3), (0.5, 0.3), (0.8, 0.3)])
    image = pad.grab().toImage()
    on, off = places(pad, [(0.6, 0.3), (0.6, 0.5)])
    assert image.pixelColor(on).lightness() < 60
    assert image.pixelColor(off).lightness() > 240
