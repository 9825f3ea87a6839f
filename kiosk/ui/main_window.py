"""The one top-level window: a kiosk compositor would make a second one cover the first."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from accessibility.prompt import Prompt
from kiosk.clock import Clock
from kiosk.flows.actions import AskHelp, GoBack
from kiosk.flows.pages import PageModel
from kiosk.services.capture_faces import CaptureView
from kiosk.services.hear_digits import VoiceView
from kiosk.services.take_photo import PhotoView
from kiosk.services.verify_face import FaceView
from kiosk.ui.colours import DAY, Colours
from kiosk.ui.fonts import load_fonts
from kiosk.ui.input_method import InputMethod
from kiosk.ui.kit import Kit, TapGuard, Texts
from kiosk.ui.pages.face_capture_page import FaceCapturePage
from kiosk.ui.pages.face_check_page import FaceCheckPage
from kiosk.ui.pages.photo_page import PhotoPage
from kiosk.ui.pages.voice_check_page import VoiceCheckPage
from kiosk.ui.pages.welcome_page import WelcomePage
from kiosk.ui.shell import Shell
from kiosk.ui.simulation_bar import SimulationBar
from kiosk.ui.theme import style_sheet
from kiosk.ui.tokens import ScreenSpec, Tokens
from sync.connectivity import SyncStatus

RELAYOUT_MS = 80
CLOCK_MS = 5_000
_TOUCHES = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress)


class MainWindow(QWidget):
    """Shows pages, overlays and status; says what was touched. Decides nothing."""

    acted = Signal(object)
    """A ``kiosk.flows.actions.Action``."""
    camera_wished = Signal(object)
    """A ``kiosk.ui.pages.photo_page.CameraWish``."""
    touched = Signal()
    """A finger or a key went down, anywhere: speech stops on it."""
    repeat_asked = Signal()
    idle_continued = Signal()
    idle_finished = Signal()
    closing = Signal()

    def __init__(
        self,
        texts: Texts,
        screen: ScreenSpec,
        clock: Clock,
        *,
        watermark: str = "",
        simulation: SimulationBar | None = None,
        colours: Colours = DAY,
    ) -> None:
        super().__init__()
        load_fonts()
        self.setObjectName("MainWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setWindowTitle(texts.label("app.name"))
        self._texts, self._screen, self._colours = texts, screen, colours
        self._watermark = watermark
        self._taps = TapGuard(clock)
        self.input_method = InputMethod()
        """What pages write with; tell it the county's places before the first visit."""
        self._clock = clock
        self._model: PageModel | None = None
        self._status: SyncStatus | None = None
        self._alarm = ""
        self._is_practice = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        # A page that needs too much room must never make the window larger than its screen.
        self._column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self._simulation = simulation
        self._relayout_timer = self._timer(RELAYOUT_MS, self.relayout)
        self._relayout_timer.setSingleShot(True)
        self._clock_timer = self._timer(CLOCK_MS, self._tick)
        self._clock_timer.start()
        self.resize(screen.width_px, screen.height_px)
        if simulation is not None:
            # styled before it is measured: the shell gets the room that is left
            self.setStyleSheet(style_sheet(Tokens(screen, colours)))
            self._column.addWidget(simulation)
        self.shell = self._make_shell(self._fitted_spec())
        self._column.insertWidget(0, self.shell, 1)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def show_model(self, model: PageModel) -> None:
        """Show the page of a view model."""
        self._model = model
        self.shell.show_model(model)

    def show_status(self, status: SyncStatus, alarm: str = "") -> None:
        """Show the network, what waits, and what staff must look at by its text id."""
        self._status, self._alarm = status, alarm
        self.shell.strip.show_status(status, alarm)

    def show_face(self, view: FaceView) -> None:
        """Show a picture of the face check, if its page is still up."""
        page = self.shell.page
        if isinstance(page, FaceCheckPage):
            page.show_face(view)

    def show_voice(self, view: VoiceView) -> None:
        """Show how far the voice check is, if its page is still up."""
        page = self.shell.page
        if isinstance(page, VoiceCheckPage):
            page.show_voice(view)

    def show_capture(self, view: CaptureView) -> None:
        """Show a picture of an enrolment, if its page is still up."""
        page = self.shell.page
        if isinstance(page, FaceCapturePage):
            page.show_capture(view)

    def show_photo(self, view: PhotoView) -> None:
        """Show a picture of the camera, if the page that takes pictures is still up."""
        page = self.shell.page
        if isinstance(page, PhotoPage):
            page.show_photo(view)

    def show_photo_fault(self) -> None:
        """Say that the camera gives no picture."""
        page = self.shell.page
        if isinstance(page, PhotoPage):
            page.show_fault()

    def use_texts(self, texts: Texts) -> None:
        """Take the words of the services too: they are known only once the kiosk has loaded."""
        self._texts = texts
        self.shell.kit.texts = texts

    def set_practice(self, *, is_on: bool) -> None:
        """Mark every page as practice: nothing that is done now is real."""
        self._is_practice = is_on
        self.shell.set_practice(is_on=is_on)

    def show_busy(self, *, is_busy: bool) -> None:
        """Show or hide that work goes on."""
        if is_busy:
            self.shell.busy.open()
        else:
            self.shell.busy.close_overlay()

    def show_idle_warning(self, prompt: Prompt, seconds: int) -> None:
        """Ask whether anybody is there, or count down when the question is already up."""
        if self.is_idle_warning:
            self.shell.idle.show_seconds(seconds)
        else:
            self.shell.idle.open(prompt, seconds)

    @property
    def is_idle_warning(self) -> bool:
        """Whether the question is up."""
        return self.shell.idle.isVisibleTo(self.shell)

    def hide_idle_warning(self) -> None:
        """Take the question away."""
        self.shell.idle.hide()

    def wipe(self) -> None:
        """Forget everything that any page showed."""
        self.shell.wipe()

    def relayout(self) -> None:
        """Build everything anew for the present size; what is shown and typed stays."""
        spec = self._fitted_spec()
        if spec == self.shell.kit.tokens.spec:
            return
        old, page = self.shell, self.shell.page
        draft = page.draft() if page is not None else ""
        self.shell = self._make_shell(spec)
        self._column.replaceWidget(old, self.shell)
        old.wipe()
        old.hide()
        old.deleteLater()
        if self._status is not None:
            self.shell.strip.show_status(self._status, self._alarm)
        if self._model is not None:
            self.shell.show_model(self._model).restore_draft(draft)
        self.shell.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew once the size rests."""
        super().resizeEvent(event)
        if self._fitted_spec() != self.shell.kit.tokens.spec:
            self._relayout_timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice every touch and key of this window, and which of the two it was."""
        if event.type() in _TOUCHES and isinstance(watched, QWidget) and watched.window() is self:
            self._taps.is_keyboard = isinstance(event, QKeyEvent)
            self.touched.emit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focus with the arrow keys."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Right):
            self.focusNextPrevChild(True)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Left):
            self.focusNextPrevChild(False)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Know no double click."""
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the application, which decides."""
        self._relayout_timer.stop()
        self._clock_timer.stop()
        self.shell.busy.close_overlay()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.closing.emit()
        super().closeEvent(event)

    def _timer(self, interval_ms: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _fitted_spec(self) -> ScreenSpec:
        """Return the part of the screen that the shell covers; the very screen when it covers all of it."""
        height = self.height()
        if self._simulation is not None:
            height -= self._simulation.sizeHint().height()
        if (self.width(), height) == (self._screen.width_px, self._screen.height_px):
            return self._screen
        return self._screen.for_window(self.width(), height)

    def _make_shell(self, spec: ScreenSpec) -> Shell:
        tokens = Tokens(spec, self._colours)
        self.setStyleSheet(style_sheet(tokens))
        kit = Kit(tokens, self._texts, self._clock, self._taps, self.input_method)
        shell = Shell(kit, self._watermark, self)
        shell.set_practice(is_on=self._is_practice)
        shell.acted.connect(self.acted)
        shell.camera_wished.connect(self.camera_wished)
        shell.bar.back_asked.connect(lambda: self._act_once(GoBack()))
        shell.bar.help_asked.connect(lambda: self._act_once(AskHelp()))
        shell.bar.repeat_asked.connect(self._repeat_once)
        shell.idle.continued.connect(self.idle_continued)
        shell.idle.finished.connect(self.idle_finished)
        return shell

    def _act_once(self, action: GoBack | AskHelp) -> None:
        if self._taps.accepts():
            self.acted.emit(action)

    def _repeat_once(self) -> None:
        if self._taps.accepts():
            self.repeat_asked.emit()

    def _tick(self) -> None:
        page = self.shell.page
        if isinstance(page, WelcomePage):
            page.show_time()
