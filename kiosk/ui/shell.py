"""Everything inside the window for one size: strip, page, bar, overlays. A new size gets a new shell."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from kiosk.flows.pages import PageModel
from kiosk.ui.bottom_bar import BottomBar
from kiosk.ui.kit import Kit
from kiosk.ui.overlays import BusyOverlay, IdleOverlay
from kiosk.ui.page import Page
from kiosk.ui.pages import PAGES
from kiosk.ui.pages.photo_page import PhotoPage
from kiosk.ui.practice_mark import PracticeMark
from kiosk.ui.status_strip import StatusStrip


class Shell(QWidget):
    """Holds one page of each kind and shows one of them."""

    acted = Signal(object)
    camera_wished = Signal(object)

    def __init__(self, kit: Kit, watermark: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.kit = kit
        self.setObjectName("Shell")
        self.strip = StatusStrip(kit, watermark)
        self.stack = QStackedWidget()
        self.stack.setObjectName("PageArea")
        self.bar = BottomBar(kit)
        self._pages: dict[type[PageModel], Page[Any]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.stack, 1)
        column.addWidget(self.bar)
        self.practice = PracticeMark(kit, self.stack, self)
        self.busy = BusyOverlay(kit, self)
        self.idle = IdleOverlay(kit, self)

    @property
    def page(self) -> Page[Any] | None:
        """The page that is up."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, Page) else None

    def show_model(self, model: PageModel) -> Page[Any]:
        """Show the page of a view model."""
        page = self._page_for(type(model))
        page.show_model(model)
        self.bar.show_back(is_possible=model.can_go_back)
        if self.stack.currentWidget() is not page:
            self.stack.setCurrentWidget(page)
        self.practice.update()
        control = page.first_control()
        if control is not None:
            control.setFocus(Qt.FocusReason.OtherFocusReason)
        return page

    def set_practice(self, *, is_on: bool) -> None:
        """Show or hide that nothing is real."""
        self.strip.show_practice(is_on=is_on)
        self.practice.setVisible(is_on)

    def wipe(self) -> None:
        """Let every page forget what it showed."""
        for page in self._pages.values():
            page.wipe()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlays over the whole window."""
        super().resizeEvent(event)
        for overlay in (self.busy, self.idle):
            overlay.setGeometry(self.rect())
        top = self.strip.height()
        self.practice.setGeometry(0, top, self.width(), self.height() - top - self.bar.height())

    def _page_for(self, model_class: type[PageModel]) -> Page[Any]:
        if model_class not in self._pages:
            made = dict(PAGES)[model_class](self.kit)
            made.acted.connect(self.acted)
            if isinstance(made, PhotoPage):
                made.camera_wished.connect(self.camera_wished)
            self._pages[model_class] = made
            self.stack.addWidget(made)
        return self._pages[model_class]
