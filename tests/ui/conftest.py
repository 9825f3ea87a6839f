from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.ui.kit import Kit, TapGuard
from kiosk.ui.main_window import MainWindow
from kiosk.ui.tokens import ScreenSpec, Tokens
from tests.ui.form_samples import FORM_SAMPLES, catalogue
from tests.ui.keyboard_sample import show_keyboard_page
from tests.ui.stage import Stage

PORTRAIT = ScreenSpec(1080, 1920)
LANDSCAPE = ScreenSpec(1920, 1080)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.seconds = 1000.0

    def now(self):
        return datetime(2026, 7, 14, 1, 30, tzinfo=UTC) + timedelta(seconds=self.seconds - 1000)

    def monotonic_s(self):
        return self.seconds

    def move(self, seconds):
        self.seconds += seconds


@pytest.fixture(scope="session")
def texts():
    return catalogue()


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def make_window(qtbot, texts, clock):
    """Windows of the sizes that a test asks for, shown, and closed after it."""
    windows = []

    def make(screen=PORTRAIT, **options):
        window = MainWindow(texts, screen, clock, **options)
        qtbot.addWidget(window)
        windows.append(window)
        window.show()
        QApplication.processEvents()
        return window

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def make_kit(qtbot, texts, clock):
    def make(screen=PORTRAIT):
        return Kit(Tokens(screen), texts, clock, TapGuard(clock))

    return make


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


@pytest.fixture
def make_stage(make_window, clock):
    stages = []

    def make(*next_pages, **options):
        stage = Stage(make_window(PORTRAIT), clock, *next_pages, **options)
        stages.append(stage)
        stage.controller.start()
        return stage

    yield make
    for stage in stages:
        stage.controller.close()


@pytest.fixture
def keyboard_page(make_window, clock):
    """Opens a page with a keyboard."""

    def show(screen=PORTRAIT):
        window = make_window(screen)
        page = show_keyboard_page(window)
        QApplication.processEvents()
        clock.move(1)
        return page

    return show


@pytest.fixture
def touch(clock):
    def click(*keys):
        for key in keys:
            QTest.mouseClick(key, Qt.MouseButton.LeftButton)
            clock.move(0.3)

    return click


@pytest.fixture
def press(clock):
    def send(widget, *keys):
        for key in keys:
            QTest.keyClick(widget, key)
            clock.move(0.3)

    return send
