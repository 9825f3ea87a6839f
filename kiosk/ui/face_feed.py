"""The thread of a face check."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from kiosk.services.verify_face import FaceCheckResult, FaceCheckRun, FaceView
from kiosk.ui.picture_feed import PictureFeed

BROKEN = FaceCheckResult("unavailable", code="KSK-000")


class FaceFeed(PictureFeed[FaceView, FaceCheckResult]):
    """Runs face checks one after another."""

    def __init__(
        self,
        show: Callable[[FaceView], None],
        finish: Callable[[FaceCheckResult], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__("face-check", BROKEN, show, finish, parent)

    def start(self, run: FaceCheckRun) -> None:
        """Start a check."""
        self.start_job(run.run)
