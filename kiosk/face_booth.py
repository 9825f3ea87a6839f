"""How this machine checks faces, as the settings describe it; models are read when first needed."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.devices.acted_camera import ActedCamera
from kiosk.devices.factory import make_camera
from kiosk.devices.file_camera import FileCamera
from kiosk.errors import ModelUnavailable
from kiosk.face_engine import FaceEngines
from kiosk.identity.liveness.passive import PassiveDetector, has_passive_models
from kiosk.identity.liveness.session import LivenessSession, PassiveScore
from kiosk.services.liveness_ports import Liveness, LivenessView, NoLiveness
from kiosk.services.ports import Camera, FaceEngine, FaceTemplate
from kiosk.services.store import Store
from kiosk.services.verify_face import FaceCheck

_log = logging.getLogger(__name__)

LIVENESS_OFF, LIVENESS_COLOURS = "off", "colours"
"""Of the setting ``identity.liveness``; the third is "motions"."""

STRANGERS = 3
"""Other residents' templates that an accepted picture is compared with, for the anonymous score log."""


@dataclass(slots=True)
class FaceBooth:
    """Makes face checks; one after another."""

    config: KioskConfig
    engines: FaceEngines
    store: Store
    clock: Clock
    _passive: PassiveScore | None = None
    _is_passive_known: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, template: FaceTemplate) -> FaceCheck:
        """A check against one template, which a better engine installed since does not touch.

        Raises:
            ConfigError: the camera of the settings is none.
        """
        engine = self.engines.of(template.engine_id) or self.engines.best()
        camera, tell = self._camera(engine)
        return FaceCheck(
            camera,
            engine,
            template,
            engine.threshold,
            self.clock,
            self._strangers(template),
            self._liveness,
            tell,
        )

    def _camera(self, engine: FaceEngine) -> tuple[Camera, Callable[[LivenessView], None]]:
        """The camera; a portrait in its place does what it is asked."""
        camera = make_camera(self.config.hardware.camera)
        is_asked = self.config.identity.liveness != LIVENESS_OFF
        if is_asked and isinstance(camera, FileCamera) and camera.is_portrait:
            acted = ActedCamera(camera, lambda frame: engine.observe(frame).points)
            return acted, acted.hear
        return camera, lambda _view: None

    def _liveness(self) -> Liveness:
        wanted = self.config.identity.liveness
        if wanted == LIVENESS_OFF:
            return NoLiveness()
        return LivenessSession(
            passive=self._passive_score(), has_colours=wanted == LIVENESS_COLOURS
        )

    def _passive_score(self) -> PassiveScore | None:
        """The networks where they are installed, loaded once; they are a weak sign, and missed by nobody."""
        with self._lock:
            if not self._is_passive_known:
                self._is_passive_known = True
                models = self.engines.store
                if has_passive_models(models):
                    try:
                        self._passive = PassiveDetector.load(models).score
                    except ModelUnavailable as error:
                        _log.warning("no passive networks code=%s", error.code)
            return self._passive

    def _strangers(self, template: FaceTemplate) -> tuple[FaceTemplate, ...]:
        wanted = self.config.identity
        if not (wanted.score_log and wanted.cross_scores):
            return ()
        with self.store.transaction() as transaction:
            return transaction.templates.some_others(template, STRANGERS)
