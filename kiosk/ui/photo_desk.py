"""Opens the camera for the page that takes pictures and closes it after it; brings advice to screen and voice."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from kiosk.flows import pages as models
from kiosk.flows.actions import Action, PhotoTaken
from kiosk.services.take_photo import PhotoResult, PhotoSource, PhotoView
from kiosk.ui.main_window import MainWindow
from kiosk.ui.pages.photo_page import CameraWish
from kiosk.ui.photo_feed import PhotoFeed


class PhotoDesk(QObject):
    """Made and used on the window's thread."""

    def __init__(
        self,
        window: MainWindow,
        source: PhotoSource | None,
        act: Callable[[Action], None],
        advise: Callable[[str], None],
        insist: Callable[[str], None],
    ) -> None:
        """Prepare the desk; opens nothing.

        Args:
            window: shows the pictures.
            source: None where there is no camera.
            act: given the picture that was taken.
            advise: says a piece of advice when it is its turn.
            insist: says it at once.
        """
        super().__init__(window)
        self._window = window
        self._source = source
        self._act = act
        self._advise = advise
        self._insist = insist
        self._page: models.PhotoPage | None = None
        self._advice = ""
        self._feed = PhotoFeed(self._show, self._finish, self)
        window.camera_wished.connect(self._wished)

    def begin(self, page: models.PageModel) -> None:
        """Open the camera if the page takes pictures and does not show one already."""
        self._page = page if isinstance(page, models.PhotoPage) else None
        if self._page is not None and not self._page.preview:
            self._open(self._page)

    def stop(self) -> None:
        """Close the camera; does not wait."""
        self._feed.stop()
        self._page = None

    def close(self) -> None:
        """Close the camera and wait for its thread."""
        self._page = None
        self._feed.close()

    def _open(self, page: models.PhotoPage) -> None:
        self._advice = ""
        if page.has_camera and self._source is not None:
            self._feed.start(self._source.session(page.kind))
        else:
            self._window.show_photo_fault()

    def _wished(self, wish: CameraWish) -> None:
        if self._page is None:
            return
        if wish is CameraWish.OPEN:
            self._open(self._page)
        elif wish is CameraWish.SHOOT:
            self._feed.shoot()
        elif self._advice:
            self._insist(self._advice)

    def _show(self, view: PhotoView) -> None:
        self._advice = view.advice
        self._window.show_photo(view)
        if view.advice:
            self._advise(view.advice)

    def _finish(self, result: PhotoResult) -> None:
        if result.kind == "taken":
            self._act(PhotoTaken(result.jpeg))
        elif result.kind == "unavailable":
            self._window.show_photo_fault()
