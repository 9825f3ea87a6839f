"""The Qt application and the screen it runs on."""

import signal
import sys

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from kiosk.config import ScreenConfig
from kiosk.ui.tokens import ScreenSpec


def make_application() -> QApplication:
    """The one QApplication; signals of the operating system end it as closing the window does."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("xianglin")
    for name in ("SIGTERM", "SIGINT"):
        # Python runs the handler at the next turn of the loop; the window's clock turns it every few seconds.
        signal.signal(getattr(signal, name), lambda *_: application.quit())
    return application


def screen_spec(config: ScreenConfig) -> ScreenSpec:
    """The primary screen's pixels with the configured diagonal and distance: what the screen says of itself lies."""
    size = QGuiApplication.primaryScreen().size()
    return ScreenSpec(size.width(), size.height(), config.diagonal_in, config.viewing_mm)
