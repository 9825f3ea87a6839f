"""What the visit's controller needs beside the window: the flow engine and the voice guide."""

from typing import Protocol

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.flows.actions import Action
from kiosk.flows.enrolment_ports import VoiceEnrolmentRun
from kiosk.flows.page_model import PageModel
from kiosk.services.capture_faces import CaptureRun
from kiosk.services.scan_code import CodeScanRun
from kiosk.services.verify_face import FaceCheckRun
from kiosk.services.verify_voice import VoiceCheckRun

VoiceRun = VoiceCheckRun | VoiceEnrolmentRun


class VisitNavigator(Protocol):
    """The flow engine. Every method is slow and called on one lane only."""

    @property
    def visit_token(self) -> int:
        """Grows with each visit."""

    def start(self) -> PageModel:
        """The first page."""

    def peek(self) -> PageModel | None:
        """The present page, made anew, without moving; None when it cannot be made just now."""

    def act(self, action: Action) -> PageModel:
        """Take an action, give the next page."""

    def face_check(self) -> FaceCheckRun | None:
        """The check for the present page, or None."""

    def face_capture(self) -> CaptureRun | None:
        """The capture for the present page, or None."""

    def voice_check(self) -> VoiceRun | None:
        """The check or enrolment for the present page, or None."""

    def code_scan(self) -> CodeScanRun | None:
        """The look for a code for the present page, or None."""


class SpokenGuide(Protocol):
    """The voice guide."""

    @property
    def state(self) -> GuideState:
        """What it is doing."""

    def speak(self, prompt: Prompt) -> object:
        """Say a prompt in place of whatever is being said."""

    def stop(self) -> None:
        """Fall silent within 100 ms."""

    def forget_visit(self) -> None:
        """Drop what belongs to the resident."""
