"""A visitor without hands: presses real buttons of the real window, waits for pages, takes pictures."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from accessibility.guide import GuideState
from kiosk.app.assembly import KioskWindow
from kiosk.flows.pages import PageModel
from kiosk.ui.screenshots import save_screenshot

_log = logging.getLogger(__name__)

WAIT_S = 60.0
_POLL_MS = 20
_KEY_MS = 260
_DOUBLE_TAP_MS = 560
"""The window takes a tap sooner than half a second after another for a tremor, and ignores it."""


class VisitorLost(Exception):
    """The page or the button that should be there did not come in time."""


class Visitor:
    """Walks through visits and numbers the pictures."""

    def __init__(self, kiosk: KioskWindow, pictures: Path, say: Callable[[str], None]) -> None:
        self._kiosk = kiosk
        self._pictures = pictures
        self._say = say
        self._count = 0
        self.saved: list[Path] = []

    def wait(self, is_so: Callable[[], bool], what: str, limit_s: float = WAIT_S) -> None:
        """Let the window live until something is so.

        Raises:
            VisitorLost: it is not so in time.
        """
        loop = QEventLoop()
        poll = QTimer()
        poll.timeout.connect(lambda: loop.quit() if is_so() else None)
        poll.start(_POLL_MS)
        deadline = QTimer()
        deadline.setSingleShot(True)
        deadline.timeout.connect(loop.quit)
        deadline.start(round(limit_s * 1000))
        if not is_so():
            loop.exec()
        poll.stop()
        if not is_so():
            raise VisitorLost(f"waited {limit_s:.0f} s for {what}")

    def rest(self, milliseconds: int) -> None:
        """Let the window live for a while."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_page(self, kind: type[PageModel]) -> None:
        """Wait until a page is up and its prompt has been said."""
        controller, guide = self._kiosk.controller, self._kiosk.guide
        self.wait(lambda: type(controller.page) is kind, f"page {kind.page_id}")
        self.wait(lambda: guide.state is not GuideState.PREPARING, "the voice")
        self.wait(lambda: not controller.is_busy, "the end of work")

    def picture(self, name: str) -> None:
        """Save a numbered picture of the window."""
        self._count += 1
        path = self._pictures / f"{self._count:02d}-{name}.png"
        self.saved.append(save_screenshot(self._kiosk.window, path))
        self._say(f"{path.name}")

    def see(self, kind: type[PageModel], name: str = "") -> None:
        """Wait for a page and take its picture."""
        self.wait_page(kind)
        self.picture(name or kind.page_id)

    def press(self, words: str) -> None:
        """Press the visible button of that name, as a finger would.

        Raises:
            VisitorLost: there is none.
        """
        self.rest(_DOUBLE_TAP_MS)
        self._tap(words)

    def type_keys(self, text: str) -> None:
        """Press the page's keypad, a key for each character."""
        self.rest(_DOUBLE_TAP_MS)
        for character in text:
            self._tap(character)
            # The same key again is taken for a bounce when it comes too soon.
            self.rest(_KEY_MS)

    def _tap(self, words: str) -> None:
        self.wait(lambda: self._button(words) is not None, f"button {words}", limit_s=10.0)
        button = self._button(words)
        if button is not None:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _button(self, words: str) -> QAbstractButton | None:
        for button in self._kiosk.window.findChildren(QAbstractButton):
            is_it = words in (button.accessibleName(), button.text())
            if is_it and button.isVisible() and button.isEnabled():
                return button
        return None
