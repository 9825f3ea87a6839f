"""How the keyboard looks: large enough, named, nothing cut, on both screens."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QRawFont
from PySide6.QtWidgets import QApplication

from kiosk.ui.fonts import font
from kiosk.ui.keyboard.key import KeyboardKey, picture_of
from kiosk.ui.keyboard.pinyin_keyboard import Panel
from kiosk.ui.tokens import MIN_KEY_MM
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.keyboard_sample import choose, show_keyboard_page, touch_letters

SCREENS = {"portrait": PORTRAIT, "landscape": LANDSCAPE}


def fill(page, touch, panel):
    page.keyboard.wipe()
    touch(page.keyboard.switches[panel])
    if panel is Panel.STROKES:
        touch(*(page.keyboard.strokes.keys[stroke] for stroke in "1325"))
    elif panel is Panel.RADICAL:
        for sign in ("3", "氵", "8"):
            assert audit(page.window()) == []
            choose(touch, page, sign)
    elif panel is not Panel.DIGITS:
        touch_letters(touch, page, {Panel.PINYIN: "dabashantu", Panel.PARTS: "shishi"}[panel])


@pytest.mark.parametrize("panel", Panel)
@pytest.mark.parametrize("screen", SCREENS)
def test_audit_finds_no_fault(make_window, clock, touch, screen, panel):
    window = make_window(SCREENS[screen])
    page = show_keyboard_page(window)
    QApplication.processEvents()
    clock.move(1)
    assert audit(window) == []
    fill(page, touch, panel)
    assert audit(window) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_keys_are_large_enough_and_named(keyboard_page, screen):
    page = keyboard_page(SCREENS[screen])
    per_mm = SCREENS[screen].px_per_mm
    for key in page.keyboard.findChildren(KeyboardKey):
        assert key.focusPolicy() != Qt.FocusPolicy.NoFocus
        if key.isVisible():
            short, long = sorted((key.drawn_box().width(), key.drawn_box().height()))
            assert short >= MIN_KEY_MM[0] * per_mm
            assert long >= MIN_KEY_MM[1] * per_mm
            assert key.accessibleName()


@pytest.mark.parametrize(("screen", "least_mm"), [("portrait", (30, 24)), ("landscape", (25, 16))])
def test_letters_are_larger_than_the_least_where_the_screen_allows(keyboard_page, screen, least_mm):
    page = keyboard_page(SCREENS[screen])
    key = page.keyboard.letters.keys["a"]
    per_mm = SCREENS[screen].px_per_mm
    assert key.drawn_box().width() >= least_mm[0] * per_mm
    assert key.drawn_box().height() >= least_mm[1] * per_mm


def test_height_is_what_the_documentation_promises(keyboard_page):
    for screen, most_mm in ((PORTRAIT, 145), (LANDSCAPE, 127)):
        page = keyboard_page(screen)
        assert page.keyboard.minimumSizeHint().height() <= most_mm * screen.px_per_mm


def test_picture_of_a_character_is_its_code_point_only_when_the_font_lacks_it(make_window):
    make_window()
    raw = QRawFont.fromFont(font(40))
    for character in "王喆砳\U00030000𠮷":
        known = raw.supportsCharacter(ord(character))
        assert picture_of(character) == (character if known else f"U+{ord(character):04X}")
    assert picture_of("王𠮷") == "王U+20BB7"
