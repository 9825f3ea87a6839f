"""What the steps of an enrolment may ask."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.services.capture_faces import CaptureRun
from kiosk.services.enrol_at_kiosk import EnrolAtKiosk
from kiosk.services.enrol_voice import VoiceEnrolmentResult
from kiosk.services.hear_digits import VoiceView
from kiosk.services.ports import FaceTemplate, Frame
from kiosk.services.search_resident import Shortlist
from kiosk.services.voice_ports import Floor


class VoiceEnrolmentRun(Protocol):
    """An enrolment of a voice that is ready to run in a thread of its own."""

    def run(
        self, show: Callable[[VoiceView], None], stop: threading.Event, floor: Floor | None = None
    ) -> VoiceEnrolmentResult:
        """Run to the end or until ``stop`` is set; never raises for an expected fault."""


@dataclass(frozen=True, slots=True)
class EnrolmentPorts:
    """Of a kiosk at which staff can enrol."""

    keep: EnrolAtKiosk
    capture: Callable[[tuple[Frame, ...]], CaptureRun] | None = None
    """Given the pictures taken so far; None without a camera."""
    voice: Callable[[], VoiceEnrolmentRun] | None = None
    """None where no voice can be heard."""
    alike: Callable[[FaceTemplate, str], Shortlist | None] = lambda _face, _resident_id: None
    """Who else is enrolled and looks like this face; None where it cannot be asked."""
