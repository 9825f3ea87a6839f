"""Leads one visit after another: actions to the navigator, pages to the window, prompts to the voice."""

import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.background import BackgroundRunner
from kiosk.clock import Clock
from kiosk.errors import FlowError, KioskError
from kiosk.flows import pages as models
from kiosk.flows.actions import (
    Action,
    AskHelp,
    CardPresented,
    CodeScanned,
    FaceCheckUnavailable,
    Finish,
    TimedOut,
)
from kiosk.flows.face_result import face_action
from kiosk.flows.page_model import PageModel
from kiosk.services.liveness_ports import LivenessView
from kiosk.services.ports import Card, CardReader
from kiosk.services.scan_code import CodeScanRun
from kiosk.services.take_photo import PhotoSource
from kiosk.services.verify_face import FaceCheckResult, FaceCheckRun, FaceView
from kiosk.ui.capture_desk import CaptureDesk
from kiosk.ui.card_feed import CardFeed
from kiosk.ui.code_feed import CodeFeed
from kiosk.ui.face_feed import FaceFeed
from kiosk.ui.idle_watch import IdleEvents, IdleWatch
from kiosk.ui.main_window import MainWindow
from kiosk.ui.photo_desk import PhotoDesk
from kiosk.ui.timers import QtTimers, Timer, Timers
from kiosk.ui.visit_parts import SpokenGuide, VisitNavigator
from kiosk.ui.voice_desk import VoiceDesk

BUSY_AFTER_S = 0.3
"""Shorter work shows nothing: a flash would only frighten."""

ADVICE_EVERY_S = 3.0
"""Spoken advice at most this often; on screen it changes at once."""

PROMPT_HAS_S = 6.0
"""Advice lets a prompt that is being spoken finish, at most this long."""

REFRESH_RETRY_S = 1.0

IDLE_PROMPT = Prompt("idle.warning")
CARD_PAGES = (models.IdentifyPage, models.CardPage)
MOVING_PAGES = (models.ReceiptPage, models.ProgressPage)
"""Pages whose content moves on when the centre answers."""
LAST_HELP_PAGES = (models.HelpPage, models.OutOfServicePage)
"""Pages that already say whom to ask: asking again repeats them."""

RunT = TypeVar("RunT")

_log = logging.getLogger(__name__)


class VisitController(QObject):
    """Made and used on the window's thread."""

    def __init__(
        self,
        window: MainWindow,
        navigator: VisitNavigator,
        guide: SpokenGuide,
        lane: BackgroundRunner,
        clock: Clock,
        *,
        card_reader: CardReader | None = None,
        photo_source: PhotoSource | None = None,
        timers: Timers | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._navigator = navigator
        self._guide = guide
        self._lane = lane
        self._clock = clock
        self._timers = timers if timers is not None else QtTimers(self)
        self._page: PageModel | None = None
        self._serial = 0
        """Grows with each page and action: what was asked before is late."""
        self._is_busy = False
        self._is_closed = False
        self._busy_timer: Timer | None = None
        self._refresh_timer: Timer | None = None
        self._spoken_advice = ""
        """Prompt id."""
        self._spoken_s = float("-inf")
        self._asked: LivenessView | None = None
        """The motion that was said last."""
        self._spent_cards: dict[type[models.PageModel], bytes] = {}
        """Marks, not cards."""
        self._faces = FaceFeed(self._show_face, self._finish_face, self)
        self._photos = PhotoDesk(
            window, photo_source, self.act, self._advise, lambda advice: self._speak(Prompt(advice))
        )
        self._codes = CodeFeed(lambda text: self.act(CodeScanned(text)), self)
        self._cards = (
            CardFeed(card_reader, self._present_card, self) if card_reader is not None else None
        )
        self._idle = IdleWatch(self._timers, IdleEvents(self._is_held, self._warn, self._time_out))
        self._voices = VoiceDesk(window, guide, self.act, self._idle.touch)
        self._captures = CaptureDesk(
            window,
            self.act,
            lambda prompt: self._speak(Prompt(prompt)),
            self._advise,
            self._idle.touch,
        )
        window.acted.connect(self.act)
        window.touched.connect(self._touched)
        window.repeat_asked.connect(self.repeat)
        window.idle_continued.connect(self._continue)
        window.idle_finished.connect(self._finish)

    @property
    def page(self) -> PageModel | None:
        """The view model that is up."""
        return self._page

    @property
    def is_busy(self) -> bool:
        """Whether an action is under way."""
        return self._is_busy

    def start(self) -> None:
        """Show the first page."""
        self._send(self._navigator.start)

    def act(self, action: Action) -> None:
        """Hand an action to the navigator; while one is under way, others are dropped."""
        if isinstance(action, AskHelp) and isinstance(self._page, LAST_HELP_PAGES):
            self.repeat()
            return
        self._send(lambda: self._navigator.act(action))

    def repeat(self) -> None:
        """Say the page's prompt again, or the motion that is asked for."""
        if self._asked is not None:
            self._speak(Prompt(f"face.cue.{self._asked.cue.value}"))
        elif self._page is not None:
            self._speak(self._voices.prompt or self._page.prompt)

    def refresh(self) -> None:
        """Ask for the present page anew, where it can move on by itself: call this when the sync status changes."""
        if self._is_closed or self._is_busy or not isinstance(self._page, MOVING_PAGES):
            return
        serial = self._serial
        self._lane.submit(
            self._navigator.peek,
            lambda page: self._refreshed(serial, page),
            self._refresh_failed,
        )

    def close(self) -> None:
        """Stop everything that runs and wait for its threads; safe to call twice."""
        self._is_closed = True
        self._serial += 1
        self._idle.stop()
        for timer in (self._busy_timer, self._refresh_timer):
            if timer is not None:
                timer.cancel()
        self._faces.close()
        self._photos.close()
        self._voices.close()
        self._captures.close()
        self._codes.close()
        if self._cards is not None:
            self._cards.close()
        self._guide.stop()

    # -- actions and pages

    def _send(self, job: Callable[[], PageModel]) -> None:
        if self._is_busy or self._is_closed:
            return
        self._is_busy = True
        self._serial += 1
        serial = self._serial
        self._idle.stop()
        self._stop_feeds()
        self._window.hide_idle_warning()
        self._busy_timer = self._timers.after(
            BUSY_AFTER_S, lambda: self._window.show_busy(is_busy=True)
        )
        self._lane.submit(
            job, lambda page: self._arrived(serial, page), lambda error: self._failed(serial, error)
        )

    def _arrived(self, serial: int, page: PageModel) -> None:
        if serial != self._serial:
            return
        self._rest()
        self._show(page, is_spoken=True)

    def _failed(self, serial: int, error: Exception) -> None:
        if serial != self._serial:
            return
        self._rest()
        code = error.code if isinstance(error, KioskError) else KioskError.code
        if isinstance(error, FlowError) and self._page is not None:
            _log.warning("action not offered code=%s page=%s", code, self._page.page_id)
            self._show(self._page, is_spoken=False)
            return
        _log.error("action failed code=%s type=%s", code, type(error).__name__, exc_info=error)
        self._show(
            models.NoticePage(Prompt("notice.error"), "warning", can_go_back=False), is_spoken=True
        )

    def _rest(self) -> None:
        self._is_busy = False
        if self._busy_timer is not None:
            self._busy_timer.cancel()
            self._busy_timer = None
        self._window.show_busy(is_busy=False)

    def _show(self, page: PageModel, *, is_spoken: bool) -> None:
        self._serial += 1
        self._stop_feeds()
        is_end = isinstance(page, models.WelcomePage) and not isinstance(
            self._page, models.WelcomePage | None
        )
        if is_end:
            self._wipe()
        self._page = page
        self._window.set_practice(is_on=page.is_practice)
        self._window.show_model(page)
        if is_spoken:
            self._spoken_advice, self._asked = "", None
            self._speak(page.prompt)
        self._idle.watch(page.idle_timeout_s)
        self._start_feeds(page)

    def _wipe(self) -> None:
        """Forget the visit: words, pictures, sound, cards."""
        self._window.wipe()
        self._guide.forget_visit()
        self._spent_cards.clear()
        if self._cards is not None:
            self._cards.end_visit()

    def _refreshed(self, serial: int, page: PageModel | None) -> None:
        if serial != self._serial or page is None or page == self._page:
            return
        if type(page) is not type(self._page):
            return
        if self._is_held():
            # The screen does not change while somebody is listening to it.
            self._refresh_timer = self._timers.after(REFRESH_RETRY_S, self.refresh)
            return
        self._show(page, is_spoken=True)

    def _refresh_failed(self, error: Exception) -> None:
        _log.warning("refresh failed type=%s", type(error).__name__)

    # -- voice and touch

    def _speak(self, prompt: Prompt) -> None:
        self._spoken_s = self._clock.monotonic_s()
        self._guide.speak(prompt)

    def _is_speaking(self) -> bool:
        return self._guide.state in (GuideState.PREPARING, GuideState.SPEAKING)

    def _touched(self) -> None:
        self._guide.stop()
        self._idle.touch()

    # -- nobody there

    def _is_held(self) -> bool:
        is_finger_down = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        return self._is_busy or self._is_speaking() or is_finger_down

    def _warn(self, seconds: int) -> None:
        is_first = not self._window.is_idle_warning
        self._window.show_idle_warning(IDLE_PROMPT, seconds)
        if is_first:
            self._speak(IDLE_PROMPT)

    def _continue(self) -> None:
        self._window.hide_idle_warning()
        if self._page is not None:
            self._idle.watch(self._page.idle_timeout_s)

    def _finish(self) -> None:
        self.act(Finish())

    def _time_out(self) -> None:
        self.act(TimedOut())

    # -- camera and card reader

    def _start_feeds(self, page: PageModel) -> None:
        serial = self._serial
        if isinstance(page, models.FaceCheckPage):
            self._lane.submit(
                self._navigator.face_check,
                lambda run: self._start_face(serial, run),
                lambda error: self._face_not_made(serial, error),
            )
        elif isinstance(page, models.VoiceCheckPage):
            self._launch(self._navigator.voice_check, self._voices.start)
        elif isinstance(page, models.FaceCapturePage):
            self._launch(self._navigator.face_capture, self._captures.start)
        elif isinstance(page, models.PhotoPage):
            self._photos.begin(page)
        elif isinstance(page, models.VerifyReceiptPage) and page.has_camera:
            self._lane.submit(
                self._navigator.code_scan,
                lambda run: self._start_scan(serial, run),
                lambda error: _log.warning("code scan not made type=%s", type(error).__name__),
            )
        elif self._cards is not None and isinstance(page, CARD_PAGES):
            self._cards.start(self._spent_cards.get(type(page)))

    def _stop_feeds(self) -> None:
        self._faces.stop()
        self._photos.stop()
        self._voices.stop()
        self._captures.stop()
        self._codes.stop()
        if self._cards is not None:
            self._cards.stop()

    def _start_face(self, serial: int, run: FaceCheckRun | None) -> None:
        if serial != self._serial:
            return
        if run is None:
            self.act(FaceCheckUnavailable(KioskError.code))
        else:
            self._faces.start(run)

    def _launch(self, make: Callable[[], RunT], start: Callable[[RunT | None], None]) -> None:
        """Have a run made on the lane and start it, or start without one; not when the page has changed."""
        serial = self._serial

        def begin(run: RunT | None) -> None:
            if serial == self._serial:
                start(run)

        def fail(error: Exception) -> None:
            _log.warning("run not made type=%s", type(error).__name__)
            begin(None)

        self._lane.submit(make, begin, fail)

    def _start_scan(self, serial: int, run: CodeScanRun | None) -> None:
        if serial == self._serial and run is not None:
            self._codes.start(run)

    def _face_not_made(self, serial: int, error: Exception) -> None:
        if serial == self._serial:
            code = error.code if isinstance(error, KioskError) else KioskError.code
            _log.warning("face check cannot start code=%s type=%s", code, type(error).__name__)
            self.act(FaceCheckUnavailable(code))

    def _show_face(self, view: FaceView) -> None:
        self._window.show_face(view)
        if view.box is not None:
            self._idle.touch()
        asked = view.liveness
        if asked is not None and (self._asked is None or asked.turn != self._asked.turn):
            # A motion is said at once and in place of everything: its time runs.
            self._asked, self._spoken_advice = asked, ""
            self.repeat()
        elif view.advice is not None:
            self._advise(f"face.advice.{view.advice.value}")

    def _advise(self, prompt_id: str) -> None:
        """Say what to improve: once for each fault, not too often, and not into a prompt."""
        if prompt_id == self._spoken_advice or self._idle.is_warning:
            return
        since_s = self._clock.monotonic_s() - self._spoken_s
        if since_s >= (PROMPT_HAS_S if self._is_speaking() else ADVICE_EVERY_S):
            self._spoken_advice = prompt_id
            self._speak(Prompt(prompt_id))

    def _finish_face(self, result: FaceCheckResult) -> None:
        action = face_action(result)
        if action is not None:
            self.act(action)

    def _present_card(self, card: Card) -> None:
        if self._cards is not None and self._page is not None and not self._is_busy:
            self._spent_cards[type(self._page)] = self._cards.mark(card)
            self.act(CardPresented(card))
