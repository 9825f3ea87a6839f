"""Opens the camera for the pictures of an enrolment and closes it after them."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from kiosk.flows.actions import Action, FaceCheckUnavailable, FacesCaptured, FacesNotCaptured
from kiosk.services.capture_faces import CaptureResult, CaptureRun, CaptureView
from kiosk.ui.main_window import MainWindow
from kiosk.ui.picture_feed import PictureFeed

BROKEN = CaptureResult("unavailable", code="KSK-000")


class CaptureDesk(QObject):
    """Made and used on the window's thread."""

    def __init__(
        self,
        window: MainWindow,
        act: Callable[[Action], None],
        insist: Callable[[str], None],
        advise: Callable[[str], None],
        stay: Callable[[], None],
    ) -> None:
        """Prepare the desk; opens nothing.

        Args:
            window: shows the pictures.
            act: given how it ended.
            insist: says a prompt at once.
            advise: says one when it is its turn.
            stay: told that somebody is there.
        """
        super().__init__(window)
        self._window = window
        self._act = act
        self._insist = insist
        self._advise = advise
        self._stay = stay
        self._pose = ""
        self._feed: PictureFeed[CaptureView, CaptureResult] = PictureFeed(
            "face-capture", BROKEN, self._show, self._finish, self
        )

    def start(self, run: CaptureRun | None) -> None:
        """Start to take pictures; None when it could not be made."""
        self._pose = ""
        if run is None:
            self._act(FaceCheckUnavailable(BROKEN.code))
        else:
            self._feed.start_job(run.run)

    def stop(self) -> None:
        """Close the camera; does not wait."""
        self._feed.stop()

    def close(self) -> None:
        """Close the camera and wait for its thread."""
        self._feed.close()

    def _show(self, view: CaptureView) -> None:
        self._window.show_capture(view)
        if view.box is not None:
            self._stay()
        if view.pose != self._pose:
            is_first, self._pose = not self._pose, view.pose
            if not is_first:  # the page's prompt says the first
                self._insist(f"enrol.pose.{view.pose}")
        elif view.advice is not None:
            self._advise(f"face.advice.{view.advice.value}")

    def _finish(self, result: CaptureResult) -> None:
        if result.kind == "captured" and result.template is not None:
            self._act(FacesCaptured(result.frames, result.template))
        elif result.kind == "not_usable":
            self._act(FacesNotCaptured(result.advice))
        elif result.kind == "unavailable":
            self._act(FaceCheckUnavailable(result.code))
