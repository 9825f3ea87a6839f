from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.ui.kit import Kit, TapGuard
from kiosk.ui.main_window import MainWindow
from kiosk.ui.tokens import ScreenSpec, Tokens
from tests.ui.form_samples import catalogue

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
