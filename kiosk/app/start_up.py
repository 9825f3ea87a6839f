"""Starting: the welcome page is painted first, everything slow is loaded behind it.

The window needs only Qt and the texts. Database, flows, voice and models take several times as long; they are
imported and opened in a thread meanwhile, and a touch that comes before they are ready is kept and answered then.
"""

import importlib
import json
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.app.application import make_application, screen_spec
from kiosk.clock import SystemClock
from kiosk.config import DeviceConfig, KioskConfig, StorageConfig, load_config
from kiosk.errors import KioskError
from kiosk.explain import explain, page_text
from kiosk.failures import log_failure, say_to_staff
from kiosk.flows.pages import OutOfServicePage, WelcomePage
from kiosk.logs import start_logging, stop_logging
from kiosk.ui.main_window import MainWindow

if TYPE_CHECKING:
    from kiosk.app.assembly import KioskWindow
    from kiosk.app.fault_voice import FaultVoice
    from kiosk.runtime import Runtime

LOCALE = "zh-CN"
EXIT_OUT_OF_SERVICE = 3
REPAIRS = 3
"""New starts of one process because of damage: a disk that spoils more has to be exchanged, not repaired."""
OUT_OF_SERVICE = Prompt("out_of_service")


class _Loader(QObject):
    """Opens the runtime in a thread and says on the window's thread how it went."""

    loaded = Signal(object)
    failed = Signal(object)

    def __init__(self, config: KioskConfig, stack: ExitStack) -> None:
        super().__init__()
        self._config = config
        self._stack = stack
        self._thread = threading.Thread(target=self._load, name="start-up")

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def wait(self) -> None:
        """Wait for the end of the thread, so that what it opened can be closed."""
        if self._thread.ident is not None:
            self._thread.join()

    def _load(self) -> None:
        try:
            # Imported here, behind the first paint and off the window's thread: these take longer than the window.
            importlib.import_module("kiosk.app.assembly")
            from kiosk.runtime import open_runtime  # noqa: PLC0415

            runtime = self._stack.enter_context(open_runtime(self._config, recovers=True))
        except Exception as error:  # noqa: BLE001 (a thread has nobody above it; the window explains or reports it)
            self.failed.emit(error)
        else:
            self.loaded.emit(runtime)


class StartUp(QObject):
    """From the first paint to a kiosk that serves, or to a page that says why it cannot."""

    def __init__(
        self,
        config: KioskConfig,
        window: MainWindow,
        prompts: PromptCatalogue,
        stack: ExitStack,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(window)
        self.kiosk: KioskWindow | None = None
        self.exit_code = 0
        self.wants_restart = False
        """Whether the database was damaged under a running kiosk: the next start repairs it."""
        self._config = config
        self._window = window
        self._prompts = prompts
        self._stack = stack
        self._on_ready = on_ready
        self._early_touch: object = None
        self._is_keeping = False
        self._voice: FaultVoice | None = None
        self._loader = _Loader(config, stack)
        self._loader.loaded.connect(self._assemble, Qt.ConnectionType.QueuedConnection)
        self._loader.failed.connect(self.refuse, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Show the welcome page; load as soon as it is painted."""
        self._is_keeping = True
        self._window.acted.connect(self._keep_touch)
        self._window.show_model(
            WelcomePage(Prompt("welcome"), self._config.site.name, can_go_back=False)
        )
        if self._config.screen.is_full_screen:
            self._window.showFullScreen()
        else:
            self._window.show()
        QTimer.singleShot(0, self, self._loader.start)

    def refuse(self, error: Exception) -> None:
        """Say on screen that the machine cannot serve, and what staff should do."""
        self.exit_code = EXIT_OUT_OF_SERVICE
        explanation = explain(error, self._prompts.label)
        log_failure(error, explanation)
        text = page_text(explanation, self._prompts.label)
        self._stop_keeping()
        self._window.show_model(
            OutOfServicePage(OUT_OF_SERVICE, explanation.code, text, can_go_back=False)
        )
        for line in explanation.lines:
            say_to_staff(line)
        if QGuiApplication.platformName() == "offscreen":
            # Nobody would ever close a window that nobody sees.
            QTimer.singleShot(0, self._window.close)
        else:
            self._say_fault()

    def _say_fault(self) -> None:
        from kiosk.app.fault_voice import FaultVoice  # noqa: PLC0415 (behind the first paint)

        self._voice = FaultVoice(self._config, self._prompts, OUT_OF_SERVICE)
        self._window.touched.connect(self._voice.stop)
        self._window.repeat_asked.connect(self._voice.speak)
        self._voice.speak()

    def close(self) -> None:
        """Wait for the loading, and take the kiosk apart."""
        self._loader.wait()
        if self._voice is not None:
            self._voice.close()
        if self.kiosk is not None:
            self.kiosk.close()

    def _keep_touch(self, action: object) -> None:
        self._early_touch = action
        self._window.show_busy(is_busy=True)

    def _assemble(self, runtime: "Runtime") -> None:
        from kiosk.app.assembly import KioskWindow  # noqa: PLC0415 (imported by the loader)

        try:
            kiosk = KioskWindow(runtime, self._window, self._leave_for_repair)
        except Exception as error:  # noqa: BLE001 (a page that says why, never one that is dead)
            self.refuse(error)
            return
        self._stop_keeping()
        self.kiosk = kiosk
        self.kiosk.start(early_touch=self._early_touch)
        self._on_ready()

    def _leave_for_repair(self) -> None:
        self.wants_restart = True
        self._window.close()

    def _stop_keeping(self) -> None:
        if self._is_keeping:
            self._is_keeping = False
            self._window.acted.disconnect(self._keep_touch)
        self._window.show_busy(is_busy=False)


def run_kiosk(
    config_path: Path | None, *, is_windowed: bool = False, measures_start_up: bool = False
) -> int:
    """Run until the window closes.

    Returns:
        0, or ``EXIT_OUT_OF_SERVICE`` when the machine could not serve and said so on screen.
    """
    os.umask(0o077)
    application = make_application()
    prompts = PromptCatalogue.load(LOCALE)
    serve = partial(
        _serve,
        application,
        prompts,
        config_path,
        is_windowed=is_windowed,
        measures_start_up=measures_start_up,
    )
    start_up, repairs = serve(), 0
    while start_up.wants_restart and repairs < REPAIRS:
        start_up, repairs = serve(), repairs + 1
    return start_up.exit_code


def _serve(
    application: QApplication,
    prompts: PromptCatalogue,
    config_path: Path | None,
    *,
    is_windowed: bool,
    measures_start_up: bool,
) -> StartUp:
    """One life of the window; gives how it ended."""
    with ExitStack() as stack:
        config, fault = _read_config(config_path, stack, measures_start_up=measures_start_up)
        if is_windowed:
            config = config.windowed()
        stack.callback(stop_logging, start_logging(config.state_dir))
        window = MainWindow(prompts, screen_spec(config.screen), SystemClock())
        stack.callback(window.deleteLater)
        meter = _Meter(window, application) if measures_start_up else None
        on_ready = meter.ready if meter else lambda: None
        start_up = StartUp(config, window, prompts, stack, on_ready)
        if fault is not None:
            if config.screen.is_full_screen:
                window.showFullScreen()
            else:
                window.show()
            start_up.refuse(fault)
        else:
            start_up.begin()
        application.exec()
        start_up.close()
        return start_up


def _read_config(
    path: Path | None, stack: ExitStack, *, measures_start_up: bool
) -> tuple[KioskConfig, KioskError | None]:
    try:
        config = load_config(path)
        if measures_start_up and not config.device.id:
            config = _throw_away_config(stack)
        config.assert_provisioned()
    except KioskError as error:
        return KioskConfig(), error
    return config, None


def _throw_away_config(stack: ExitStack) -> KioskConfig:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="xianglin-"))
    return KioskConfig(
        device=DeviceConfig(id="measured", receipt_prefix="M00", region_code="0" * 12),
        storage=StorageConfig(state_dir=folder, key_provider="file"),
    )


class _Meter(QObject):
    """Prints when the first page was painted and when the kiosk could serve, then ends the application."""

    def __init__(self, window: QWidget, application: QApplication) -> None:
        super().__init__(window)
        self._application = application
        self._is_painted = False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Wait for the window's first paint event."""
        if event.type() is QEvent.Type.Paint and not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, lambda: self._say("first_paint_ms"))
        return super().eventFilter(watched, event)

    def ready(self) -> None:
        """The kiosk serves."""
        self._say("ready_ms")
        self._application.quit()

    def _say(self, what: str) -> None:
        print(json.dumps({what: process_age_ms()}), flush=True)  # noqa: T201


def process_age_ms() -> float | None:
    """Milliseconds since this process started; None where the system does not say."""
    try:
        fields = Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()
        up_s = float(Path("/proc/uptime").read_text("ascii").split()[0])
    except OSError:
        return None
    # Field 22 of proc(5), counted from field 3 here: start time in clock ticks since boot.
    return round((up_s - int(fields[19]) / os.sysconf("SC_CLK_TCK")) * 1000, 1)
