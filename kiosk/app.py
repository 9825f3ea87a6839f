"""The composition root: plugs devices, database, voice and window together, runs the loop, takes all apart again."""

import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from accessibility.audio import AudioPlayer
from accessibility.errors import AccessibilityError
from accessibility.guide import VoiceGuide
from accessibility.players import make_player
from accessibility.prompt import Prompt
from accessibility.prompt_cache import PromptCache
from accessibility.prompt_catalogue import PromptCatalogue
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer
from accessibility.silent_player import SilentPlayer
from kiosk.clock import SystemClock
from kiosk.config import DeviceConfig, KioskConfig, StorageConfig, load_config
from kiosk.errors import KioskError
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import OutOfServicePage
from kiosk.logs import start_logging, stop_logging
from kiosk.runtime import LOCALE, Runtime, open_runtime
from kiosk.ui.main_window import MainWindow
from kiosk.ui.messages import staff_text
from kiosk.ui.qt_background import QtBackground
from kiosk.ui.simulation_bar import SimulationBar
from kiosk.ui.tokens import ScreenSpec
from kiosk.ui.visit_controller import VisitController
from sync.connectivity import SyncStatus

_log = logging.getLogger(__name__)

STOP_LIMIT_S = 35.0
"""An exchange under way ends by its own deadline; then the worker stops."""

EXIT_OUT_OF_SERVICE = 3


class _StatusBridge(QObject):
    """Brings the sync worker's status to the window's thread."""

    changed = Signal(object)


class KioskWindow:
    """A running kiosk: made on the window's thread, closed in order."""

    def __init__(
        self,
        runtime: Runtime,
        screen: ScreenSpec,
        *,
        simulation: SimulationBar | None = None,
        watermark: str = "",
        player: AudioPlayer | None = None,
        on_caption: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Plug the parts together; ``start`` shows the first page.

        Args:
            runtime: everything without a window; the caller closes it after this.
            screen: size and viewing distance.
            simulation: the demonstration's own controls.
            watermark: shown on every page, such as 演示.
            player: where prompts are heard; None takes the configured one.
            on_caption: told each text as it is spoken.
        """
        self.runtime = runtime
        self.window = MainWindow(
            runtime.prompts, screen, runtime.clock, watermark=watermark, simulation=simulation
        )
        self.guide = make_guide(runtime, player, on_caption)
        self.background = QtBackground()
        self._bridge = _StatusBridge()
        self._bridge.changed.connect(self._status_changed, Qt.ConnectionType.QueuedConnection)
        self.sync_worker = runtime.sync_worker(self._bridge.changed.emit)
        self.navigator = Navigator(runtime.visit_ports(self._accepted))
        self.controller = VisitController(
            self.window,
            self.navigator,
            self.guide,
            self.background.visit_lane,
            runtime.clock,
            card_reader=runtime.card_reader,
        )

    def start(self, *, is_full_screen: bool = False) -> None:
        """Show the window and the welcome page; load what is slow behind it."""
        if is_full_screen:
            self.window.showFullScreen()
        else:
            self.window.show()
        self.controller.start()
        if self.sync_worker is not None:
            self.sync_worker.start()
        else:
            self._show_queue()
        # After the first paint: the first resident should not wait for models and voice.
        QTimer.singleShot(0, self.window, self._warm_up)

    def close(self) -> None:
        """Stop everything and wait for it; the queue stays on disk."""
        self.controller.close()
        self.guide.close()
        if self.sync_worker is not None and not self.sync_worker.stop(STOP_LIMIT_S):
            _log.error("sync worker did not stop")
        self.background.close()
        self.window.close()
        self.window.deleteLater()

    def _accepted(self) -> None:
        if self.sync_worker is not None:
            self.sync_worker.wake()
        else:
            self._bridge.changed.emit(self.runtime.queue_status())

    def _status_changed(self, status: SyncStatus) -> None:
        self.window.show_status(status)
        self.controller.refresh()

    def _show_queue(self) -> None:
        self.background.free_lane.submit(
            self.runtime.queue_status, self.window.show_status, lambda _error: None
        )

    def _warm_up(self) -> None:
        lane = self.background.free_lane
        if self.runtime.config.hardware.camera != "none":
            lane.submit(self.runtime.engine.warm_up, lambda _none: None, _log_warm_up)
        prompts = self.runtime.prompts.fixed_prompts()
        lane.submit(lambda: self.guide.prerender(prompts), lambda _count: None, _log_warm_up)


def _log_warm_up(error: Exception) -> None:
    code = error.code if isinstance(error, KioskError) else type(error).__name__
    _log.warning("warm-up failed code=%s", code)


def make_guide(
    runtime: Runtime, player: AudioPlayer | None, on_caption: Callable[[str], None]
) -> VoiceGuide:
    """The voice guide with the configured sound; captions only where there is none."""
    if player is None:
        try:
            player = make_player(runtime.config.hardware.audio)
        except AccessibilityError as error:
            _log.warning("no sound code=%s", error.code)
            player = SilentPlayer()
    # A silent player has nothing to play; the recording one, which is silent too, wants the sounds.
    synthesizer = None if type(player) is SilentPlayer else Pyttsx3Synthesizer()
    cache = PromptCache(runtime.config.state_dir / "prompts")
    return VoiceGuide(runtime.prompts, synthesizer, cache, player, on_caption)


def screen_spec(config: KioskConfig) -> ScreenSpec:
    """The primary screen's pixels with the configured diagonal and distance."""
    size = QGuiApplication.primaryScreen().size()
    return ScreenSpec(
        size.width(), size.height(), config.screen.diagonal_in, config.screen.viewing_mm
    )


def make_application() -> QApplication:
    """The one QApplication; signals of the operating system end it as the window does."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("xianglin")
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: application.quit())
    return application


def run_kiosk(
    config_path: Path | None, *, is_windowed: bool = False, measures_start_up: bool = False
) -> int:
    """Run until the window closes.

    Returns:
        0, or ``EXIT_OUT_OF_SERVICE`` when the machine could not serve and said so on screen.
    """
    os.umask(0o077)
    with ExitStack() as stack:
        config = KioskConfig()
        try:
            config = load_config(config_path)
            if measures_start_up and not config.device.id:
                config = _throw_away_config(stack)
        except KioskError as error:
            application = make_application()
            return _out_of_service(application, config, error)
        handler = start_logging(config.state_dir)
        stack.callback(stop_logging, handler)
        application = make_application()
        try:
            runtime = stack.enter_context(open_runtime(config))
        except KioskError as error:
            _log.exception("cannot serve code=%s", error.code)
            return _out_of_service(application, config, error)
        kiosk = KioskWindow(runtime, screen_spec(config))
        stack.callback(kiosk.close)
        if measures_start_up:
            watcher = _FirstPaint(kiosk.window, application)
            kiosk.window.installEventFilter(watcher)
        kiosk.start(is_full_screen=config.screen.is_full_screen and not is_windowed)
        return int(application.exec())


def _throw_away_config(stack: ExitStack) -> KioskConfig:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="xianglin-"))
    return KioskConfig(
        device=DeviceConfig(id="measured", receipt_prefix="M00", region_code="0" * 12),
        storage=StorageConfig(state_dir=folder, key_provider="file"),
    )


class _FirstPaint(QObject):
    """Says when the first page has been painted, and ends the application."""

    def __init__(self, window: QWidget, application: QApplication) -> None:
        super().__init__(window)
        self._application = application
        self._is_said = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Wait for the paint event of the window."""
        if event.type() is QEvent.Type.Paint and not self._is_said:
            self._is_said = True
            QTimer.singleShot(0, self, self._say)
        return super().eventFilter(watched, event)

    def _say(self) -> None:
        print(json.dumps({"first_paint_ms": _process_age_ms()}), flush=True)  # noqa: T201
        self._application.quit()


def _process_age_ms() -> float | None:
    """Milliseconds since this process started; None where the system does not say."""
    try:
        fields = Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()
        up_s = float(Path("/proc/uptime").read_text("ascii").split()[0])
    except OSError:
        return None
    # Field 22 of proc(5), counted from field 3 here: start time in clock ticks since boot.
    return round((up_s - int(fields[19]) / os.sysconf("SC_CLK_TCK")) * 1000, 1)


def _out_of_service(application: QApplication, config: KioskConfig, error: KioskError) -> int:
    """Say on screen that the machine cannot serve, and what staff should do; end when the window is closed."""
    prompts = PromptCatalogue.load(LOCALE)
    screen = screen_spec(config)
    window = MainWindow(prompts, screen, SystemClock())
    text = staff_text(error.code, prompts)
    window.show_model(
        OutOfServicePage(Prompt("out_of_service"), error.code, text, can_go_back=False)
    )
    print(f"{error.code} {text}", file=sys.stderr)  # noqa: T201 (for whoever started it)
    for line in getattr(error, "faults", ()):
        print(f"  {line}", file=sys.stderr)  # noqa: T201
    if QGuiApplication.platformName() == "offscreen":
        window.deleteLater()
        return EXIT_OUT_OF_SERVICE
    if config.screen.is_full_screen:
        window.showFullScreen()
    else:
        window.show()
    application.exec()
    return EXIT_OUT_OF_SERVICE
