"""Opens the microphone for the page with the digits and closes it after it; guide and person speak in turns."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from accessibility.prompt import Prompt
from kiosk.flows.actions import Action, VoiceCheckUnavailable
from kiosk.flows.voice_result import voice_action
from kiosk.services.enrol_voice import VoiceEnrolmentResult
from kiosk.services.hear_digits import VoiceView
from kiosk.services.verify_voice import VoiceCheckResult
from kiosk.ui.guide_floor import GuideFloor, read_digits
from kiosk.ui.main_window import MainWindow
from kiosk.ui.picture_feed import PictureFeed
from kiosk.ui.visit_parts import SpokenGuide, VoiceRun

VoiceResult = VoiceCheckResult | VoiceEnrolmentResult

BROKEN = VoiceCheckResult("unavailable", code="KSK-000")


class VoiceDesk(QObject):
    """Made and used on the window's thread."""

    def __init__(
        self,
        window: MainWindow,
        guide: SpokenGuide,
        act: Callable[[Action], None],
        stay: Callable[[], None],
    ) -> None:
        """Prepare the desk; opens nothing.

        Args:
            window: shows digits and level.
            guide: reads the digits out.
            act: given how the check ended.
            stay: told that somebody is there, as they speak.
        """
        super().__init__(window)
        self._window = window
        self._guide = guide
        self._act = act
        self._stay = stay
        self._view: VoiceView | None = None
        self._floor = GuideFloor(guide)
        self._feed: PictureFeed[VoiceView, VoiceResult] = PictureFeed(
            "voice-check", BROKEN, self._show, self._finish, self
        )

    def start(self, run: VoiceRun | None) -> None:
        """Start a check or an enrolment; None when it could not be made."""
        if run is None:
            self._act(VoiceCheckUnavailable(BROKEN.code))
            return
        self._floor = floor = GuideFloor(self._guide)
        self._feed.start_job(lambda show, stop: run.run(show, stop, floor))

    def stop(self) -> None:
        """Close the microphone; does not wait. The guide is free for the next page at once."""
        self._floor.close()
        self._feed.stop()
        self._view = None

    def close(self) -> None:
        """Close the microphone and wait for its thread."""
        self.stop()
        self._feed.close()

    @property
    def prompt(self) -> Prompt | None:
        """What 再听一遍 says: the digits that are to be read; None before there are any."""
        return None if self._view is None else read_digits(self._view.challenge.digits)

    def _show(self, view: VoiceView) -> None:
        is_speaking = self._view is not None and view.speech_s != self._view.speech_s
        self._view = view
        self._window.show_voice(view)
        if is_speaking:
            self._stay()

    def _finish(self, result: VoiceResult) -> None:
        action = voice_action(result)
        if action is not None:
            self._act(action)
