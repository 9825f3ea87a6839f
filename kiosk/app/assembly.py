"""A kiosk that serves: window, flow, voice, card reader and the exchange with the centre, plugged together."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.app.voice import make_guide
from kiosk.courier_watch import van_watch
from kiosk.errors import KioskError
from kiosk.flows.actions import Begin
from kiosk.flows.county_tables import place_names
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import WelcomePage
from kiosk.flows.visit_ports import VisitPorts
from kiosk.photos import photo_source
from kiosk.runtime import Runtime
from kiosk.ui.main_window import MainWindow
from kiosk.ui.qt_background import QtBackground
from kiosk.ui.visit_controller import VisitController
from sync.connectivity import SyncStatus

_log = logging.getLogger(__name__)

IDLE_LOOK_MS = 1000
"""Between looks whether somebody is still here, once a new start is due."""

STOP_LIMIT_S = 35.0
"""An exchange under way ends by its own deadline; then the worker stops."""


class _StatusBridge(QObject):
    """Brings the sync worker's status to the window's thread."""

    changed = Signal(object)


class _PaperBridge(QObject):
    """Brings word of papers from the printer's thread to the window's."""

    changed = Signal()


class _DamageBridge(QObject):
    """Brings word of a damaged page from whichever thread met it to the window's."""

    met = Signal()


class KioskWindow:
    """A running kiosk: made on the window's thread, closed in order."""

    def __init__(
        self,
        runtime: Runtime,
        window: MainWindow,
        on_broken: Callable[[], None] = lambda: None,
    ) -> None:
        """Plug the parts together; ``start`` shows the first page.

        Args:
            runtime: everything without a window; the caller closes it after this.
            window: where pages are shown; the caller shows it.
            on_broken: called on the window's thread when the database turned out to be damaged and nobody is in the
                middle of a visit: only a new start can repair it.
        """
        self.runtime = runtime
        self._on_broken = on_broken
        self._damage_bridge = _DamageBridge()
        self._damage_bridge.met.connect(self._damaged, Qt.ConnectionType.QueuedConnection)
        self._damage_timer: QTimer | None = None
        runtime.encrypted.on_damage = self._damage_bridge.met.emit
        self._watch = runtime.disk_watch()
        self.window = window
        window.use_texts(runtime.prompts)
        self.guide = make_guide(runtime.config, runtime.prompts)
        self.background = QtBackground()
        self._bridge = _StatusBridge()
        self._bridge.changed.connect(self._status_changed, Qt.ConnectionType.QueuedConnection)
        self._paper_bridge = _PaperBridge()
        self.sync_worker = runtime.sync_worker(self._bridge.changed.emit, van_watch(runtime))
        self.print_worker = runtime.print_worker(self._paper_bridge.changed.emit)
        ports = self._ports()
        window.input_method.place_names = lambda: (
            *place_names(ports.county.places),
            *ports.county.keyboard_words(),
        )
        self.navigator = Navigator(ports, self._practice_ports, self._renewed)
        self.controller = VisitController(
            self.window,
            self.navigator,
            self.guide,
            self.background.visit_lane,
            runtime.clock,
            card_reader=runtime.card_reader,
            photo_source=photo_source(runtime.config.hardware.camera, runtime.engine),
        )
        self._paper_bridge.changed.connect(
            self.controller.refresh, Qt.ConnectionType.QueuedConnection
        )

    def start(self, *, early_touch: object = None) -> None:
        """Show the welcome page, begin the exchange, and load what is slow behind both.

        Args:
            early_touch: what somebody touched on the welcome page before the kiosk was ready.
        """
        self.controller.start()
        if isinstance(early_touch, Begin):
            # The controller's lane takes one action after another, so this one follows the start.
            self.background.visit_lane.submit(
                lambda: None, lambda _none: self.controller.act(early_touch), _log_failure
            )
        if self.print_worker is not None:
            self.print_worker.start()
        if self.sync_worker is not None:
            self.sync_worker.start()
        else:
            self._show_queue()
        QTimer.singleShot(0, self.window, self._warm_up)

    def close(self) -> None:
        """Stop everything and wait for it; the queue stays on disk."""
        if self._damage_timer is not None:
            self._damage_timer.stop()
        self.controller.close()
        self.guide.close()
        if self.print_worker is not None and not self.print_worker.stop(STOP_LIMIT_S):
            _log.error("print worker did not stop")
        if self.sync_worker is not None and not self.sync_worker.stop(STOP_LIMIT_S):
            _log.error("sync worker did not stop")
        self.background.close()
        self.navigator.close()
        self.window.close()

    def _ports(self) -> VisitPorts:
        worker = self.print_worker
        desk = self.runtime.paper_desk(worker) if worker is not None else None
        return self.runtime.visit_ports(self._accepted, desk)

    def _practice_ports(self) -> AbstractContextManager[VisitPorts]:
        return self.runtime.practice_ports(self._ports())

    def _renewed(self) -> VisitPorts | None:
        """On the visit's lane, between two visits."""
        runtime = self.runtime.renewed()
        if runtime is None:
            return None
        self.runtime = runtime
        return self._ports()

    def _accepted(self) -> None:
        if self.sync_worker is not None:
            self.sync_worker.wake()
        else:
            # Called on the visit's lane, where nothing may fail behind the commit.
            self._show_queue()

    def _show_queue(self) -> None:
        self.background.free_lane.submit(
            self.runtime.queue_status, self._bridge.changed.emit, _log_failure
        )

    def _status_changed(self, status: SyncStatus) -> None:
        self.window.show_status(status, self._watch.alarm())
        self.controller.refresh()

    def _damaged(self) -> None:
        if self._damage_timer is None:
            _log.error("the database is damaged: a new start repairs it when nobody is here")
            self._damage_timer = QTimer(self.window)
            self._damage_timer.timeout.connect(self._leave_when_idle)
            self._damage_timer.start(IDLE_LOOK_MS)

    def _leave_when_idle(self) -> None:
        # A visit ends by itself, by its time limits; what it could not save it was told.
        if isinstance(self.controller.page, WelcomePage) and not self.controller.is_busy:
            if self._damage_timer is not None:
                self._damage_timer.stop()
            self._on_broken()

    def _warm_up(self) -> None:
        lane = self.background.free_lane
        if self.runtime.config.hardware.camera != "none":
            lane.submit(self.runtime.engine.warm_up, lambda _none: None, _log_failure)
        if self.runtime.booth.is_equipped():
            lane.submit(self.runtime.booth.warm_up, lambda _none: None, _log_failure)
        lane.submit(self._watch.settle, lambda _none: None, _log_failure)
        lane.submit(self.runtime.drafts().purge, lambda _count: None, _log_failure)
        prompts = self.runtime.prompts.fixed_prompts()
        lane.submit(lambda: self.guide.prerender(prompts), lambda _count: None, _log_failure)


def _log_failure(error: Exception) -> None:
    code = error.code if isinstance(error, KioskError) else type(error).__name__
    _log.warning("background work failed code=%s", code)
