"""Walks the steps of one visit after another; the only thing that the user interface talks to."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

from accessibility.prompt import Prompt, PromptText
from kiosk.errors import FlowError, KioskError, StorageError
from kiosk.flows.actions import Action, AskHelp, BeginPractice, Finish, GoBack, TimedOut
from kiosk.flows.enrolment.steps import EnrolVoiceStep, FaceCaptureStep
from kiosk.flows.enrolment_ports import VoiceEnrolmentRun
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.question_step import QuestionStep
from kiosk.flows.home import HelpStep, ServicesStep, WelcomeStep
from kiosk.flows.notices import error_notice
from kiosk.flows.page_model import PageModel
from kiosk.flows.practice import over_or
from kiosk.flows.verification import FaceCheckStep
from kiosk.flows.verify_receipt import VerifyReceiptStep
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.flows.voice_check import VoiceCheckStep
from kiosk.services.capture_faces import CaptureRun
from kiosk.services.scan_code import CodeScanRun
from kiosk.services.verify_face import FaceCheckRun
from kiosk.services.verify_voice import VoiceCheckRun

_log = logging.getLogger(__name__)


class Navigator:
    """Holds the present step, the way back and the visit. Not thread-safe: one lane calls it."""

    def __init__(
        self,
        ports: VisitPorts,
        practice: Callable[[], AbstractContextManager[VisitPorts]] | None = None,
        renewed: Callable[[], VisitPorts | None] = lambda: None,
    ) -> None:
        """Begin on the welcome page.

        Args:
            ports: of real visits.
            practice: opens the world of a practice; None where none is offered.
            renewed: asked before each visit for ports of a newer catalogue; None when there is none.
        """
        self._real_ports = replace(ports, can_practise=True) if practice else ports
        self._ports = self._real_ports
        self._renewed = renewed
        self._open_practice = practice
        self._practice = ExitStack()
        self._visit = Visit()
        self._step: Step = WelcomeStep()
        self._history: list[Step] = []
        self._visit_token = 0

    @property
    def visit_token(self) -> int:
        """Grows with each visit; a late result of an older visit is recognised by it."""
        return self._visit_token

    def words(self, prompt: Prompt) -> PromptText:
        """Title and sentence of a page's prompt."""
        return self._ports.words(prompt)

    def start(self) -> PageModel:
        """The welcome page, with nothing of an earlier visit."""
        self._end_visit()
        return self.current()

    def current(self) -> PageModel:
        """The present page, made anew: a request's stage may have moved since."""
        page = self._made()
        return replace(page, is_practice=True) if self._ports.practice is not None else page

    def close(self) -> None:
        """End a practice that is going on; safe to call twice."""
        self._end_visit()

    def _made(self) -> PageModel:
        try:
            page = self._step.page(self._visit, self._ports)
        except KioskError as error:
            _log.warning("page failed code=%s step=%s", error.code, type(self._step).__name__)
            # Trying again means this very page; the notice's other button ends the visit.
            self._step = error_notice("notice.error", self._step)
            page = self._step.page(self._visit, self._ports)
        return page

    def peek(self) -> PageModel | None:
        """The present page, made anew, without moving; None when it cannot be made just now."""
        try:
            return self._step.page(self._visit, self._ports)
        except KioskError as error:
            _log.warning("page not refreshed code=%s", error.code)
            return None

    def act(self, action: Action) -> PageModel:
        """Take an action and give the next page. An expected failure leads to a notice with ways on.

        Raises:
            FlowError: the present page does not offer this action: a bug or a late device event.
        """
        if isinstance(action, Finish | TimedOut):
            _log.info("visit ended by=%s", type(action).__name__)
            self._end_visit()
            return self.current()
        if isinstance(self._step, WelcomeStep):
            self._renew()
        if isinstance(action, BeginPractice):
            return self._begin_practice()
        if isinstance(action, GoBack):
            return self._go_back()
        if isinstance(action, AskHelp):
            if not isinstance(self._step, HelpStep | WelcomeStep):
                self._history.append(self._step)
            self._step = HelpStep()
            return self.current()
        try:
            destination = self._step.take(self._visit, self._ports, action)
        except FlowError:
            raise
        except StorageError as error:
            _log.exception("step failed code=%s step=%s", error.code, type(self._step).__name__)
            destination = Destination(error_notice("notice.not_saved", self._step), replaces=True)
        except KioskError as error:
            _log.warning("step failed code=%s step=%s", error.code, type(self._step).__name__)
            destination = Destination(error_notice("notice.error", self._step), replaces=True)
        return self._go(destination)

    def face_check(self) -> FaceCheckRun | None:
        """The check for the present page, or None when it is not a camera page."""
        template = self._visit.face_template
        if not isinstance(self._step, FaceCheckStep) or template is None:
            return None
        return self._ports.start_face_check(template)

    def face_capture(self) -> CaptureRun | None:
        """The capture for the present page, or None when it takes no pictures."""
        if not isinstance(self._step, FaceCaptureStep):
            return None
        return self._step.start(self._visit, self._ports)

    def voice_check(self) -> VoiceCheckRun | VoiceEnrolmentRun | None:
        """The check or enrolment for the present page, or None when nobody is to speak on it."""
        enrol = self._ports.enrol
        if isinstance(self._step, EnrolVoiceStep) and enrol is not None and enrol.voice is not None:
            return enrol.voice()
        voice, template = self._ports.voice, self._visit.voice_template
        if not isinstance(self._step, VoiceCheckStep) or voice is None or template is None:
            return None
        return voice.start_check(template)

    def code_scan(self) -> CodeScanRun | None:
        """The look for a code for the present page, or None when it waits for none."""
        step, start = self._step, self._ports.start_code_scan
        if not isinstance(step, VerifyReceiptStep) or step.check is not None or start is None:
            return None
        return start()

    def _go(self, destination: Destination) -> PageModel:
        if isinstance(destination.step, WelcomeStep):
            # Nobody may find the visit of the person before on the welcome page.
            self._end_visit()
            return self.current()
        if destination.clears_history:
            self._history = [ServicesStep()]
        elif not destination.replaces:
            self._history.append(self._step)
        self._step = over_or(destination.step, self._ports)
        _log.info("step=%s visit=%d", type(self._step).__name__, self._visit_token)
        return self.current()

    def _go_back(self) -> PageModel:
        if isinstance(self._step, WelcomeStep):
            return self.current()
        while self._history:
            step = self._history.pop()
            if isinstance(step, QuestionStep) and step.is_gone(self._visit):
                continue  # its answer would count for nothing, and nobody would get any further
            self._step = step
            return self.current()
        self._end_visit()
        return self.current()

    def _renew(self) -> None:
        """Go over to a newer catalogue, which never changes within a visit."""
        try:
            ports = self._renewed()
        except KioskError as error:
            _log.warning("catalogue not renewed code=%s", error.code)
            return
        if ports is not None:
            self._real_ports = replace(ports, can_practise=self._real_ports.can_practise)
            self._ports = self._real_ports

    def _begin_practice(self) -> PageModel:
        if self._open_practice is None or not isinstance(self._step, WelcomeStep):
            raise FlowError("practice is not offered here")
        self._end_visit()
        try:
            self._ports = self._practice.enter_context(self._open_practice())
        except KioskError as error:
            _log.warning("practice does not start code=%s", error.code)
            return self.current()
        self._step = ServicesStep()
        return self.current()

    def _end_visit(self) -> None:
        self._practice.close()
        self._ports = self._real_ports
        self._visit = Visit()
        self._history = []
        self._step = WelcomeStep()
        self._visit_token += 1
