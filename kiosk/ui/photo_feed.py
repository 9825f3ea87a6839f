"""The thread of the camera over a paper or in front of people."""

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from kiosk.services.take_photo import PhotoResult, PhotoSession, PhotoView
from kiosk.ui.picture_feed import PictureFeed

BROKEN = PhotoResult("unavailable", code="KSK-000")


class PhotoFeed(PictureFeed[PhotoView, PhotoResult]):
    """Runs photo sessions one after another; each ends with at most one picture."""

    def __init__(
        self,
        show: Callable[[PhotoView], None],
        finish: Callable[[PhotoResult], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__("photo", BROKEN, show, finish, parent)
        self._shutter = threading.Event()

    def start(self, session: PhotoSession) -> None:
        """Open the camera."""
        self._shutter = threading.Event()
        self.start_job(partial(_run, session, self._shutter))

    def shoot(self) -> None:
        """Take the picture now; without a running camera nothing happens."""
        self._shutter.set()


def _run(
    session: PhotoSession,
    shutter: threading.Event,
    show: Callable[[PhotoView], None],
    stop: threading.Event,
) -> PhotoResult:
    return session.run(show, shutter, stop)
